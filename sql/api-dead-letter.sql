-- One dead letter of a tenant.
SELECT
    id, reason, detail, stage, topic, dialect, device_id, failed_at, received_at, attempts, payload, payload_length,
    payload_sha256, enriched, replays, replay, replayed_at, resolved_at,
    dead_letter_state(replays, failed_replay, resolved_replay) AS state, waiting
FROM dead_letters
WHERE tenant_id = :?tenant AND id = :?id
