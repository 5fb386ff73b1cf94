-- The pins of all F2 controllers and what sits on them, a row of nulls for a controller that has none; and the data points of all
-- templates, in their order. All as of one moment: between two statements a pin may get another template, and the old one go.
SELECT tenant_id, template_id, controller_id, connector, pin, NULL AS label, NULL AS format, NULL AS byte_order,
    NULL AS byte_offset, NULL AS decimals, NULL AS scale, NULL AS prepend, NULL AS append, NULL AS place
FROM f2_controllers
LEFT JOIN f2_pins USING (tenant_id, controller_id)
UNION ALL
SELECT tenant_id, template_id, NULL, NULL, NULL, label, format, byte_order,
    byte_offset, decimals, scale, prepend, append, place
FROM f2_data_points
ORDER BY tenant_id, template_id, place
