-- The way back for dead letters (docs/decisions/replay.md). A replay has a number, counted per dead letter: how many were asked
-- for, which of them Kafka has, and the last that failed and that succeeded. Each of these only grows, so that it does not
-- matter how often, and in which order, they become known.

ALTER TABLE dead_letters
    ADD COLUMN record_key text,
    ADD COLUMN enriched boolean NOT NULL DEFAULT false,
    ADD COLUMN replay bigint,
    ADD COLUMN replayed_at timestamptz,
    ADD COLUMN resolved_at timestamptz,
    ADD COLUMN sending_until timestamptz,
    ADD COLUMN replays int NOT NULL DEFAULT 0,
    ADD COLUMN sent_replay int NOT NULL DEFAULT 0,
    ADD COLUMN failed_replay int NOT NULL DEFAULT 0,
    ADD COLUMN resolved_replay int NOT NULL DEFAULT 0;

COMMENT ON COLUMN dead_letters.record_key IS 'key of the record on iot.raw';
COMMENT ON COLUMN dead_letters.enriched IS 'payload is the enriched message, because the raw one was gone';
COMMENT ON COLUMN dead_letters.replay IS 'the request that asked for the last replay';
COMMENT ON COLUMN dead_letters.sending_until IS 'until when somebody is about to send the replay';

-- What was refused by the store was kept enriched until now.
UPDATE dead_letters SET enriched = true WHERE stage = 'store';

-- Headers that enrich has worked out itself, and that the record on iot.raw did not have: a replay would take them for given.
-- A header that no text of the database can hold came from nobody of ours.
UPDATE dead_letters
SET headers = CASE
    WHEN strpos(headers::text, '\u0000') > 0 THEN '{}'
    ELSE (headers::jsonb - CASE
        WHEN dialect IS DISTINCT FROM 'iot' THEN '{tenant,device}'::text[]
        WHEN topic ~ '^[^/]*/[^/]*/[^/]*/' THEN '{}'
        ELSE '{tenant}'
    END)::json
END
WHERE stage = 'enrich';

CREATE SEQUENCE replay_requests;

CREATE INDEX dead_letters_to_send ON dead_letters (id) WHERE sent_replay < replays;
CREATE INDEX dead_letters_replay ON dead_letters (replay) WHERE replay IS NOT NULL;

-- open: failed, and nothing has come of it since. replaying: asked for, outcome not known yet. resolved: the last replay
-- that has an outcome succeeded; of one replay that did both, in two places, the failure counts.
CREATE FUNCTION dead_letter_state(replays int, failed_replay int, resolved_replay int) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE
        WHEN replays > greatest(failed_replay, resolved_replay) THEN 'replaying'
        WHEN resolved_replay > failed_replay THEN 'resolved'
        ELSE 'open'
    END;

-- Notes the replays that have succeeded, by dead letter and number of the replay; answers for how many that was news.
CREATE FUNCTION resolve_replays(letters bigint[], numbers int[]) RETURNS int
    LANGUAGE plpgsql AS $$
DECLARE
    resolved int := 0;
BEGIN
    IF cardinality(letters) > 0 THEN
        WITH succeeded AS (
            SELECT letter, max(number) AS number FROM unnest(letters, numbers) AS each (letter, number) GROUP BY letter
        ), locked AS (
            SELECT id, number
            FROM dead_letters JOIN succeeded ON id = letter
            WHERE number BETWEEN resolved_replay + 1 AND replays
            ORDER BY id
            FOR UPDATE OF dead_letters
        )
        UPDATE dead_letters AS stored
        SET resolved_replay = greatest(resolved_replay, number), resolved_at = now()
        FROM locked
        WHERE stored.id = locked.id;
        GET DIAGNOSTICS resolved = ROW_COUNT;
    END IF;
    RETURN resolved;
END
$$;
