-- Changes what is named of an application. No row when there is no such one; where another has the name, the row has no id.
WITH wanted AS (
    SELECT id FROM applications WHERE tenant_id = :?tenant AND id = :?application::uuid
), changed AS (
    UPDATE applications AS a
    SET (name, description, version, developer, contact_email, category, platform, devicetypes, status, updated_at) = (
        SELECT fresh.*, now()
        FROM jsonb_to_record(
            jsonb_build_object(
                'name', a.name, 'description', a.description, 'version', a.version, 'developer', a.developer,
                'contact_email', a.contact_email, 'category', a.category, 'platform', a.platform,
                'devicetypes', a.devicetypes, 'status', a.status) || :?body::jsonb) AS fresh (
            name text, description text, version text, developer text, contact_email text, category text, platform text,
            devicetypes text[], status text))
    WHERE a.tenant_id = :?tenant AND a.id = :?application::uuid
        AND NOT EXISTS (
            SELECT FROM applications AS other
            WHERE other.tenant_id = :?tenant AND other.name = :?body::jsonb ->> 'name' AND other.id <> a.id)
    RETURNING
        id::text AS id, name, description, version, developer, contact_email, category, platform,
        array_to_json(devicetypes)::text AS devicetypes, status, created_at, updated_at)
SELECT changed.*
FROM wanted LEFT JOIN changed ON true
