-- Windows of a device, newest first, from a place in that order on; one row of nulls when there are none, no row when there is
-- no such device.
SELECT
    device_id, metric, start, count, moments[2] AS sum, float8_avg(moments) AS avg, min, max,
    float8_stddev_samp(moments) AS stddev, first, last, settled
FROM devices
LEFT JOIN LATERAL (
    SELECT *
    FROM newest_windows(
        :?width, tenant_id, device_id, :?from, :?beforeTime, :?beforeMetric, :?firstMetric, :?lastMetric, :?rows)
    WHERE has_windows(device_type, :?width)) AS newest ON true
WHERE tenant_id = :?tenant AND device_id = :?device
ORDER BY start DESC, metric DESC
