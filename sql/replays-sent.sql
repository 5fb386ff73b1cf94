-- Notes the replays that Kafka has.
WITH sent AS (
    SELECT id, number
    FROM dead_letters JOIN unnest(:?letters::bigint[], :?numbers::int[]) AS each (letter, number) ON id = letter
    ORDER BY id
    FOR UPDATE OF dead_letters
)
UPDATE dead_letters AS stored
SET sent_replay = greatest(sent_replay, number), sending_until = NULL
FROM sent
WHERE stored.id = sent.id
