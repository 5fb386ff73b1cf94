-- The active applications of all tenants that are registered for device types, as enriched messages name them: without key and
-- without contact.
SELECT
    tenant_id, id::text AS id, name, description, version, developer, category, platform,
    array_to_json(devicetypes)::text AS devicetypes, created_at, updated_at
FROM applications
WHERE status = 'active' AND devicetypes <> '{}'
ORDER BY tenant_id, name
