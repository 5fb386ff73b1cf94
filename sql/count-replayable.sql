-- How many dead letters of a tenant can be replayed, and of how many not all of the raw message was kept.
SELECT
    count(*) FILTER (WHERE NOT enriched AND octet_length(payload) = payload_length) AS replayable,
    count(*) FILTER (WHERE enriched OR octet_length(payload) <> payload_length) AS not_replayable
FROM dead_letters
WHERE tenant_id = :?tenant
    AND failed_at >= :?from
    AND failed_at < :?to
    AND (:?reason::text IS NULL OR reason = :?reason::text)
    AND (:?device::text IS NULL OR device_id = :?device::text)
    AND (:?dialect::text IS NULL OR dialect = :?dialect::text)
    AND (:?replay::bigint IS NULL OR replay = :?replay::bigint)
    AND dead_letter_state(replays, failed_replay, resolved_replay) = :?state::text
