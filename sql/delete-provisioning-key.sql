-- Takes the provisioning key of a tenant away; no row when it has none.
WITH gone AS (DELETE FROM provisioning_keys WHERE tenant_id = :?tenant RETURNING tenant_id)
SELECT tenant_id FROM gone
