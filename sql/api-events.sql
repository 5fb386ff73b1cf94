-- Events of a device, newest first, from a place in that order on; one row of nulls when there are none, no row when there
-- is no such device. The comparison of times alone excludes partitions, that of rows finds the place in the index. A page
-- ends with the body that takes it over the given number of bytes; its last row says whether there is more.
SELECT device_id, ts, seq, kind, body, more
FROM devices
LEFT JOIN LATERAL (
    SELECT
        *,
        sum(octet_length(body::text)) OVER (newest ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before,
        lead(seq) OVER newest IS NOT NULL AS more
    FROM (
        SELECT ts, seq, kind, body
        FROM events
        WHERE tenant_id = :?tenant
            AND device_id = :?device
            AND (:?kind::text IS NULL OR kind = :?kind)
            AND ts >= :?from
            AND ts <= :?beforeTime
            AND (ts, seq) < (:?beforeTime, :?beforeSequence)
        ORDER BY ts DESC, seq DESC
        LIMIT :?rows) AS newer
    WINDOW newest AS (ORDER BY ts DESC, seq DESC)) AS measured ON coalesce(bytes_before, 0) < :?bytes
WHERE tenant_id = :?tenant AND device_id = :?device
ORDER BY ts DESC, seq DESC
