-- The data points of all templates, in their order.
SELECT tenant_id, template_id, label, format, byte_order, byte_offset, decimals, scale, prepend, append
FROM f2_data_points
ORDER BY tenant_id, template_id, place
