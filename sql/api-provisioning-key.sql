-- Since when a tenant has its provisioning key; no row when it has none.
SELECT created_at FROM provisioning_keys WHERE tenant_id = :?tenant
