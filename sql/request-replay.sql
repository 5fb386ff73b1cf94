-- Asks for the replay of one dead letter, if all of its raw message was kept, and answers it; no row when there is no such
-- one. While an earlier request has not been sent, it stands for this one as well. From the first replay on, a message
-- without a time of receipt has one, so that all replays are the same message.
WITH asked AS (
    UPDATE dead_letters
    SET replays = replays + CASE WHEN sent_replay = replays THEN 1 ELSE 0 END,
        replay = nextval('replay_requests'),
        replayed_at = now(),
        received_at = coalesce(received_at, failed_at)
    WHERE tenant_id = :?tenant AND id = :?id AND NOT enriched AND octet_length(payload) = payload_length
    RETURNING *)
SELECT
    id, reason, detail, stage, topic, dialect, device_id, failed_at, received_at, attempts, payload, payload_length,
    payload_sha256, enriched, replays, replay, replayed_at, resolved_at,
    dead_letter_state(replays, failed_replay, resolved_replay) AS state, waiting,
    note_replay(replay, asked_now, id, id) AS noted
FROM (
    SELECT *, 1 AS asked_now FROM asked
    UNION ALL
    SELECT *, 0 FROM dead_letters WHERE tenant_id = :?tenant AND id = :?id AND NOT EXISTS (SELECT FROM asked)) AS letter
