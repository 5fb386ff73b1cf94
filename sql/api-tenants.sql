-- The tenants that have devices, by name.
SELECT tenant_id FROM tenants_with_devices()
