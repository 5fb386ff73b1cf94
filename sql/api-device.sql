-- One device that is in service.
SELECT
    device_id, label, device_type, site_id, zone_id, created_at, updated_at, tags, parameters, decommissioned_at,
    last_seen,
    coalesce(online AND (announces OR now() <= last_seen + patience(device_type, :?types::text[], :?silences::bigint[])), false) AS online
FROM devices
LEFT JOIN presence USING (tenant_id, device_id)
WHERE tenant_id = :?tenant AND device_id = :?device AND decommissioned_at IS NULL
