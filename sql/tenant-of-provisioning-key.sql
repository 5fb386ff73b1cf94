-- The tenant whose provisioning key this is; null when it is nobody's.
SELECT tenant_of_provisioning_key(:?sha256::bytea) AS tenant_id
