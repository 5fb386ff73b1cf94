-- The device templates of a tenant in the order of their ids, from a place in that order on.
SELECT template_id, name, model, description, device_type, f2_data_points_of(tenant_id, template_id) AS data_points
FROM f2_templates
WHERE tenant_id = :?tenant AND template_id > :?after
ORDER BY template_id
LIMIT :?rows
