-- A gateway of a tenant.
SELECT
    user_name, label, array_to_json(devices)::text AS devices, array_to_json(topic_prefixes)::text AS topic_prefixes,
    created_at, password_at, updated_at
FROM mqtt_users
WHERE tenant_id = :?tenant AND user_name = :?user AND kind = 'gateway'
