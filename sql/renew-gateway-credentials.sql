-- Gives a gateway another password; answers its name, or nothing where there is none.
WITH renewed AS (
    UPDATE mqtt_users
    SET password_sha256 = :?sha256::bytea, password_salt = :?salt::bytea, password_at = now()
    WHERE tenant_id = :?tenant AND user_name = :?user AND kind = 'gateway'
    RETURNING user_name)
SELECT user_name FROM renewed
