-- Registers an application. Where the name is taken, or the tenant has as many as it may have, the row has no id.
WITH had AS (
    SELECT count(*) AS applications FROM applications WHERE tenant_id = :?tenant
), added AS (
    INSERT INTO applications (
        tenant_id, name, description, version, developer, contact_email, category, platform, devicetypes, key_sha256)
    SELECT :?tenant::text, fresh.*, :?key::bytea
    FROM had, jsonb_to_record(:?body::jsonb) AS fresh (
        name text, description text, version text, developer text, contact_email text, category text, platform text,
        devicetypes text[])
    WHERE had.applications < :?cap
    ON CONFLICT (tenant_id, name) DO NOTHING
    RETURNING
        id::text AS id, name, description, version, developer, contact_email, category, platform,
        array_to_json(devicetypes)::text AS devicetypes, status, created_at, updated_at)
SELECT added.*, had.applications >= :?cap AS "full"
FROM had LEFT JOIN added ON true
