-- The limits of a tenant; no row where it has none of its own.
SELECT messages_per_second, devices, api_calls_per_second FROM tenant_limits WHERE tenant_id = :?tenant
