-- Events of a device, newest first, from a place in that order on; one row of nulls when there are none, no row when there
-- is no such device. The comparison of times alone excludes partitions, that of rows finds the place in the index.
SELECT device_id, ts, seq, kind, body
FROM devices
LEFT JOIN LATERAL (
    SELECT ts, seq, kind, body
    FROM events
    WHERE tenant_id = :?tenant
        AND device_id = :?device
        AND ts >= :?from
        AND ts <= :?beforeTime
        AND (ts, seq) < (:?beforeTime, :?beforeSequence)
    ORDER BY ts DESC, seq DESC
    LIMIT :?rows) AS page ON true
WHERE tenant_id = :?tenant AND device_id = :?device
ORDER BY ts DESC, seq DESC
