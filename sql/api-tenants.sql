-- The tenants that have devices, by name; for admins alone.
SELECT tenant_id FROM all_tenants() AS tenant_id WHERE :?tenant::text IS NOT NULL ORDER BY tenant_id
