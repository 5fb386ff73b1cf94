-- Notes the replays that have failed: one more attempt, and the newest reason. A failure that is already counted changes
-- nothing. What is only a part of the letter (a row of its message) says nothing of whose the letter is.
WITH batch AS (
    SELECT *
    FROM unnest(
        :?replayed::bigint[],
        :?replayNumbers::int[],
        :?tenants::text[],
        :?devices::text[],
        :?stages::text[],
        :?reasons::text[],
        :?details::text[],
        :?failedTimes::bigint[],
        :?payloadLengths::bigint[])
        AS batch (letter, number, tenant, device, stage, reason, detail, failed, length)
), letter AS (
    SELECT id, replays, failed_replay, failed_at
    FROM dead_letters
    WHERE id IN (SELECT letter FROM batch)
    ORDER BY id
    FOR UPDATE
), failed AS (
    -- a batch may hold several failures of one message: the newest stands for all that are news
    SELECT DISTINCT ON (id)
        id, tenant, device, stage, reason, detail, failed, length,
        max(number) OVER (PARTITION BY id) AS number,
        dense_rank() OVER (PARTITION BY id ORDER BY failed, number) AS failures
    FROM letter JOIN batch ON id = letter
    WHERE number BETWEEN 1 AND replays AND (number > failed_replay OR moment(failed) > failed_at)
    ORDER BY id, failed DESC, batch.number DESC
)
UPDATE dead_letters AS stored
SET attempts = stored.attempts + failed.failures,
    failed_replay = greatest(stored.failed_replay, failed.number),
    tenant_id = CASE WHEN length = payload_length THEN failed.tenant ELSE tenant_id END,
    device_id = CASE WHEN length = payload_length THEN failed.device ELSE device_id END,
    stage = failed.stage,
    reason = failed.reason,
    detail = coalesce(failed.detail, ''),
    failed_at = greatest(stored.failed_at, moment(failed.failed))
FROM failed
WHERE stored.id = failed.id
