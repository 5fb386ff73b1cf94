-- The whole directory, for the enrich stage to hold in memory.
SELECT tenant_id, device_id, label, device_type, site_id, zone_id, created_at
FROM devices
