-- The active applications of a tenant that are registered for one of some device types, by name.
SELECT
    id::text AS id, name, description, version, developer, contact_email, category, platform,
    array_to_json(devicetypes)::text AS devicetypes, status, created_at, updated_at
FROM applications
WHERE tenant_id = :?tenant AND status = 'active' AND devicetypes && :?types::text[]
ORDER BY name
