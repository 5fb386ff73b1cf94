-- The applications of a tenant by name: of a status, of a platform, of a category.
SELECT
    id::text AS id, name, description, version, developer, contact_email, category, platform,
    array_to_json(devicetypes)::text AS devicetypes, status, created_at, updated_at
FROM applications
WHERE tenant_id = :?tenant
    AND (:?status::text IS NULL OR status = :?status)
    AND (:?platform::text IS NULL OR platform = :?platform)
    AND (:?category::text IS NULL OR category = :?category)
ORDER BY name
