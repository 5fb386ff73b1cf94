-- The newest reading of each metric of a device; one row of nulls when it has none, no row when there is no such device.
SELECT device_id, metric, ts, value, unit, quality
FROM devices
LEFT JOIN latest USING (tenant_id, device_id)
WHERE tenant_id = :?tenant AND device_id = :?device
ORDER BY metric
