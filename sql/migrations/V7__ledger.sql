-- The ledger of the store: what became of every message of iot.enriched. It is counted in the transaction that stores the
-- messages, so neither can be without the other. Every partition has rows of its own, so its consumers never wait for each other;
-- free space in each page keeps their updates in the page (HOT).

-- How far each partition is counted. What lies before next is never counted again, however often it is read again.
CREATE TABLE ledger_positions (
    topic text COLLATE "C" NOT NULL,
    partition int NOT NULL,
    first bigint NOT NULL,
    next bigint NOT NULL,
    gaps bigint NOT NULL DEFAULT 0,
    lost bigint NOT NULL DEFAULT 0,
    origins bigint[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

COMMENT ON COLUMN ledger_positions.first IS 'the first offset that was counted';
COMMENT ON COLUMN ledger_positions.next IS 'the offset behind the last that was counted';
COMMENT ON COLUMN ledger_positions.gaps IS 'offsets between the two that never held a record for readers';
COMMENT ON COLUMN ledger_positions.lost IS 'offsets between the two that were deleted, or skipped, before they had been read';
COMMENT ON COLUMN ledger_positions.origins IS 'the newest origin that was counted, for each partition of iot.raw (element 1 is partition 0)';

-- Messages, by what became of them. repeated is a part of duplicates: those that the enrich stage had written before.
CREATE TABLE ledger (
    tenant_id text COLLATE "C" NOT NULL,
    topic text COLLATE "C" NOT NULL,
    partition int NOT NULL,
    forwarded bigint NOT NULL DEFAULT 0,
    dead_lettered bigint NOT NULL DEFAULT 0,
    duplicates bigint NOT NULL DEFAULT 0,
    repeated bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition, tenant_id)
) WITH (fillfactor = 50);

-- What a batch of rows came to: how many were new; the numbers of messages that have a new row, and of those that have one
-- that was there already. A number may come several times, and in both.
CREATE TYPE inserted AS (rows int, fresh int[], known int[]);

DROP FUNCTION insert_readings(text[], text[], text[], bigint[], bigint[], float8[], text[], smallint[]);

-- Stores each reading that is not stored yet. A batch without a duplicate, the rule, goes in as it is: to look for conflicts
-- row by row takes two thirds more of the server's time (measured). The first duplicate undoes that attempt, and the batch
-- goes in row by row; only then is it found out which messages they belong to.
CREATE FUNCTION insert_readings(
    tenants text[], devices text[], metrics text[], timestamps bigint[], sequences bigint[], "values" float8[],
    units text[], qualities smallint[], messages int[])
    RETURNS inserted
    LANGUAGE plpgsql AS $$
DECLARE
    answer inserted;
BEGIN
    BEGIN
        INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, unit, quality)
        SELECT * FROM reading_rows(tenants, devices, metrics, timestamps, sequences, "values", units, qualities);
        answer := (cardinality(messages), messages, '{}'::int[]);
    EXCEPTION WHEN unique_violation THEN
        WITH batch AS MATERIALIZED (
            SELECT r.*, messages[place] AS message
            FROM reading_rows(tenants, devices, metrics, timestamps, sequences, "values", units, qualities)
                WITH ORDINALITY AS r (tenant_id, device_id, metric, ts, seq, value, unit, quality, place)
        ), added AS (
            INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, unit, quality)
            SELECT tenant_id, device_id, metric, ts, seq, value, unit, quality FROM batch
            ON CONFLICT DO NOTHING
            RETURNING device_id, tenant_id, ts, metric, seq
        ), judged AS (
            -- of rows with one identity in one batch, the first is the new one
            SELECT message, added.seq IS NOT NULL
                AND place = min(place) OVER (PARTITION BY device_id, tenant_id, ts, metric, seq) AS is_new
            FROM batch LEFT JOIN added USING (device_id, tenant_id, ts, metric, seq)
        )
        SELECT
            count(*) FILTER (WHERE is_new),
            coalesce(array_agg(message) FILTER (WHERE is_new), '{}'),
            coalesce(array_agg(message) FILTER (WHERE NOT is_new), '{}')
        INTO answer
        FROM judged;
    END;
    RETURN answer;
END
$$;

-- Stores each event that is not stored yet.
CREATE FUNCTION insert_events(
    tenants text[], devices text[], timestamps bigint[], sequences bigint[], kinds text[], bodies text[], messages int[])
    RETURNS inserted
    LANGUAGE plpgsql AS $$
DECLARE
    answer inserted := (0, '{}'::int[], '{}'::int[]);
BEGIN
    IF cardinality(messages) > 0 THEN
        WITH batch AS MATERIALIZED (
            SELECT moment(micros) AS ts, r.*
            FROM unnest(tenants, devices, timestamps, sequences, kinds, bodies, messages)
                WITH ORDINALITY AS r (tenant_id, device_id, micros, seq, kind, body, message, place)
        ), added AS (
            INSERT INTO events (tenant_id, device_id, ts, seq, kind, body)
            SELECT tenant_id, device_id, ts, seq, kind, body::json FROM batch
            ON CONFLICT DO NOTHING
            RETURNING device_id, tenant_id, ts, seq
        ), judged AS (
            SELECT message, added.seq IS NOT NULL
                AND place = min(place) OVER (PARTITION BY device_id, tenant_id, ts, seq) AS is_new
            FROM batch LEFT JOIN added USING (device_id, tenant_id, ts, seq)
        )
        SELECT
            count(*) FILTER (WHERE is_new),
            coalesce(array_agg(message) FILTER (WHERE is_new), '{}'),
            coalesce(array_agg(message) FILTER (WHERE NOT is_new), '{}')
        INTO answer
        FROM judged;
    END IF;
    RETURN answer;
END
$$;

-- Counts the messages of a batch of a topic, those that are not counted yet, and answers how many readings were new.
--   readings, events: what their insertion came to; both null where the messages were refused
--   parts, starts, ends: the partitions of the batch, from where each was read on, and, where nothing was committed yet,
--     the end of its log
--   then each message, numbered from 1: where it lies, how many offsets before it were lost, its tenant and its origin
-- A message is a duplicate when all of its rows were there already, repeated when besides its origin is not behind those
-- that were counted. One that was refused before, and comes again with the same origin, is repeated as well.
CREATE FUNCTION count_messages(
    readings inserted, events inserted, topic_name text, parts int[], starts bigint[], ends bigint[],
    partitions int[], offsets bigint[], losses bigint[], tenants text[], origin_partitions int[], origin_offsets bigint[])
    RETURNS int
    LANGUAGE plpgsql AS $$
DECLARE
    refused boolean := readings IS NULL AND events IS NULL;
    known int[] := (readings).known || (events).known;
    duplicates int[] := '{}';
    repeats int[] := '{}';
    each record;
    origin record;
    place ledger_positions;
    counted bigint;
    missing bigint;
    reached bigint;
BEGIN
    IF cardinality(known) > 0 THEN
        duplicates := ARRAY(SELECT unnest(known) EXCEPT SELECT unnest((readings).fresh || (events).fresh));
    END IF;
    FOR each IN SELECT * FROM unnest(parts, starts, ends) AS read (part, start, log_end) ORDER BY part LOOP
        INSERT INTO ledger_positions (topic, partition, first, next)
        SELECT topic_name, each.part, each.start, each.start
        WHERE NOT EXISTS (SELECT FROM ledger_positions p WHERE p.topic = topic_name AND p.partition = each.part)
        ON CONFLICT DO NOTHING;
        SELECT * INTO place FROM ledger_positions p WHERE p.topic = topic_name AND p.partition = each.part FOR UPDATE;
        IF each.log_end < place.next THEN
            -- the topic has been deleted and made anew: the totals stay, the offsets begin again
            place.first := place.first + each.start - place.next;
            place.next := each.start;
        END IF;
        SELECT count(*), coalesce(sum(loss), 0), max(message_offset) + 1
        INTO counted, missing, reached
        FROM unnest(partitions, offsets, losses) AS message (part, message_offset, loss)
        WHERE part = each.part AND message_offset >= place.next;
        CONTINUE WHEN counted = 0;
        IF cardinality(duplicates) > 0 OR refused THEN
            repeats := ARRAY(
                SELECT number
                FROM (
                    SELECT number, origin_offset, greatest(
                        place.origins[origin_part + 1],
                        max(origin_offset) OVER (
                            PARTITION BY origin_part ORDER BY number
                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS newest
                    FROM unnest(partitions, offsets, origin_partitions, origin_offsets)
                        WITH ORDINALITY AS message (part, message_offset, origin_part, origin_offset, number)
                    WHERE part = each.part AND message_offset >= place.next) AS message
                WHERE origin_offset <= newest AND (refused OR number = ANY (duplicates)));
        END IF;
        INSERT INTO ledger AS total (tenant_id, topic, partition, forwarded, dead_lettered, duplicates, repeated)
        SELECT
            tenant, topic_name, each.part,
            count(*) FILTER (WHERE NOT refused AND known.number IS NULL),
            count(*) FILTER (WHERE refused AND again.number IS NULL),
            count(*) FILTER (WHERE known.number IS NOT NULL OR again.number IS NOT NULL),
            count(again.number)
        FROM unnest(partitions, offsets, tenants)
            WITH ORDINALITY AS message (part, message_offset, tenant, number)
        LEFT JOIN unnest(duplicates) AS known (number) USING (number)
        LEFT JOIN unnest(repeats) AS again (number) USING (number)
        WHERE part = each.part AND message_offset >= place.next
        GROUP BY tenant
        ORDER BY tenant
        ON CONFLICT (topic, partition, tenant_id) DO UPDATE
        SET forwarded = total.forwarded + excluded.forwarded,
            dead_lettered = total.dead_lettered + excluded.dead_lettered,
            duplicates = total.duplicates + excluded.duplicates,
            repeated = total.repeated + excluded.repeated;
        -- offsets that somebody skipped (they were moved on by hand, the database was restored) are lost to it like
        -- those that were deleted
        missing := least(missing + greatest(0, each.start - place.next), reached - place.next - counted);
        FOR origin IN
            SELECT origin_part, max(origin_offset) AS newest
            FROM unnest(partitions, offsets, origin_partitions, origin_offsets)
                AS message (part, message_offset, origin_part, origin_offset)
            WHERE part = each.part AND message_offset >= place.next AND origin_part >= 0
            GROUP BY origin_part
        LOOP
            place.origins[origin.origin_part + 1] := greatest(place.origins[origin.origin_part + 1], origin.newest);
        END LOOP;
        UPDATE ledger_positions p
        SET first = place.first,
            next = reached,
            gaps = p.gaps + reached - place.next - counted - missing,
            lost = p.lost + missing,
            origins = place.origins
        WHERE p.topic = topic_name AND p.partition = each.part;
    END LOOP;
    RETURN (readings).rows;
END
$$;
