-- Notes the replays that have failed: one more attempt, and the newest reason. A failure that is already counted changes
-- nothing.
WITH batch AS (
    SELECT DISTINCT ON (letter)
        *,
        -- a batch may hold several failures of one message: the newest counts them all
        dense_rank() OVER (PARTITION BY letter ORDER BY failed) AS failures
    FROM unnest(
        :?replayed::bigint[],
        :?replayNumbers::int[],
        :?tenants::text[],
        :?devices::text[],
        :?stages::text[],
        :?reasons::text[],
        :?details::text[],
        :?failedTimes::bigint[])
        AS batch (letter, number, tenant, device, stage, reason, detail, failed)
    WHERE letter IS NOT NULL
    ORDER BY letter, failed DESC
), failed AS (
    SELECT dead_letters.id, batch.*
    FROM dead_letters JOIN batch ON id = letter
    WHERE number BETWEEN 1 AND replays AND (number > failed_replay OR moment(failed) > failed_at)
    ORDER BY id
    FOR UPDATE OF dead_letters
)
UPDATE dead_letters AS stored
SET attempts = stored.attempts + failed.failures,
    failed_replay = greatest(stored.failed_replay, failed.number),
    tenant_id = failed.tenant,
    device_id = failed.device,
    stage = failed.stage,
    reason = failed.reason,
    detail = coalesce(failed.detail, ''),
    failed_at = greatest(stored.failed_at, moment(failed.failed))
FROM failed
WHERE stored.id = failed.id
