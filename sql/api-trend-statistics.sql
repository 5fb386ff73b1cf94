-- What a device says of its own channels, newest first, from a place in that order on; one row of nulls when there is
-- nothing, no row when there is no such device. The conditions are those of api-readings.sql.
SELECT device_id, metric, ts, seq, value, avg, min, max
FROM devices
LEFT JOIN LATERAL (
    SELECT metric, ts, seq, value, avg, min, max
    FROM trend_statistics
    WHERE tenant_id = :?tenant
        AND device_id = :?device
        AND ts >= :?from
        AND ts <= :?beforeTime
        AND (ts, metric, seq) < (:?beforeTime, :?beforeMetric, :?beforeSequence)
        AND metric BETWEEN :?firstMetric AND :?lastMetric
    ORDER BY ts DESC, metric DESC, seq DESC
    LIMIT :?rows) AS page ON true
WHERE tenant_id = :?tenant AND device_id = :?device
ORDER BY ts DESC, metric DESC, seq DESC
