-- The entries of the directory that are new since a moment; all of them since 1970.
SELECT tenant_id, device_id, label, device_type, site_id, zone_id, created_at, auto_provisioned, decommissioned_at
FROM devices
WHERE updated_at >= :?since::timestamptz
