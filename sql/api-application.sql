-- One application.
SELECT
    id::text AS id, name, description, version, developer, contact_email, category, platform,
    array_to_json(devicetypes)::text AS devicetypes, status, created_at, updated_at
FROM applications
WHERE tenant_id = :?tenant AND id = :?application::uuid
