-- What tenants may use that have limits of their own.
SELECT tenant_id, messages_per_second, devices, api_calls_per_second FROM tenant_limits
