-- The gateways of a tenant, newest first, from a place in that order on.
SELECT
    user_name, label, array_to_json(devices)::text AS devices, array_to_json(topic_prefixes)::text AS topic_prefixes,
    created_at, password_at, updated_at
FROM mqtt_users
WHERE tenant_id = :?tenant AND kind = 'gateway'
    AND (created_at < :?createdBy OR created_at = :?createdBy AND user_name > :?afterDevice)
ORDER BY created_at DESC, user_name
LIMIT :?rows
