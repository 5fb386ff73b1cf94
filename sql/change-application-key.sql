-- Puts another key in the place of the one that an application has. No row when there is no such application.
WITH changed AS (
    UPDATE applications
    SET key_sha256 = :?key::bytea, updated_at = now()
    WHERE tenant_id = :?tenant AND id = :?application::uuid
    RETURNING id)
SELECT id FROM changed
