-- Readings of a device, newest first, from a place in that order on; one row of nulls when there are none, no row when
-- there is no such device. Every condition is one that the index readings_identity answers, read backwards: the comparison
-- of rows finds the place, the one of times alone also excludes partitions, and the metric, given as a range, is compared
-- before a row is fetched.
SELECT device_id, metric, ts, seq, value, unit, quality
FROM devices
LEFT JOIN LATERAL (
    SELECT metric, ts, seq, value, unit, quality
    FROM readings
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
