-- Gives a tenant a provisioning key, in the place of the one that it had.
INSERT INTO provisioning_keys (tenant_id, key_sha256) VALUES (:?tenant, :?sha256::bytea)
ON CONFLICT (tenant_id) DO UPDATE SET key_sha256 = :?sha256::bytea, created_at = now()
RETURNING created_at
