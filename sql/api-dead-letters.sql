-- Dead letters of a tenant, newest first, from an id on. A page ends with the payload that takes it over the given number
-- of bytes; its last row says whether there is more.
SELECT *
FROM (
    SELECT
        *,
        sum(octet_length(payload)) OVER (newest ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before,
        lead(id) OVER newest IS NOT NULL AS more
    FROM (
        SELECT
            id, reason, detail, stage, topic, dialect, device_id, failed_at, received_at, attempts, payload, payload_length,
            payload_sha256, enriched, replays, replay, replayed_at, resolved_at,
            dead_letter_state(replays, failed_replay, resolved_replay) AS state, waiting
        FROM dead_letters
        WHERE tenant_id = :?tenant
            AND id < :?before
            AND failed_at >= :?from
            AND failed_at < :?to
            AND (:?reason::text IS NULL OR reason = :?reason::text)
            AND (:?device::text IS NULL OR device_id = :?device::text)
            AND (:?dialect::text IS NULL OR dialect = :?dialect::text)
            AND (:?replay::bigint IS NULL OR replay = :?replay::bigint)
            AND (:?state::text IS NULL OR dead_letter_state(replays, failed_replay, resolved_replay) = :?state::text)
            AND (:?waiting::boolean IS NULL OR waiting = :?waiting::boolean)
        ORDER BY id DESC
        LIMIT :?rows) AS newer
    WINDOW newest AS (ORDER BY id DESC)) AS measured
WHERE coalesce(bytes_before, 0) < :?bytes
ORDER BY id DESC
