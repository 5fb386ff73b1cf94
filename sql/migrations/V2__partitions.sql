-- Day partitions of readings and events where PostgreSQL partitions them itself. Under TimescaleDB, which makes chunks as
-- rows arrive, both functions leave the tables to the extension. A day is a UTC day, whatever the session's time zone.

-- Creates the missing partitions from days_back before today to days_ahead after it and answers how many it created.
-- Rows of such a day that arrived before their partition move into it from the default partition. Any number of sessions
-- may call it at once, beside running inserts.
CREATE FUNCTION ensure_partitions(days_back int, days_ahead int) RETURNS int
    LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    family text;
    partition text;
    first_moment text;
    end_moment text;
    created int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('caravan partitions'));
    -- readings before events, as the store stage writes them, so that the two never wait for each other
    FOREACH family IN ARRAY ARRAY['readings', 'events'] LOOP
        IF to_regclass(family || '_default') IS NULL THEN
            CONTINUE;
        END IF;
        FOR day IN -days_back .. days_ahead LOOP
            partition := family || to_char(today + day, '"_"YYYYMMDD');
            IF to_regclass(partition) IS NOT NULL THEN
                CONTINUE;
            END IF;
            first_moment := to_char(today + day, 'YYYY-MM-DD"T00:00:00Z"');
            end_moment := to_char(today + day + 1, 'YYYY-MM-DD"T00:00:00Z"');
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS)', partition, family);
            -- From here to the commit no insert can reach the default partition, so none of the day's rows can slip by.
            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', family || '_default');
            EXECUTE format(
                'WITH moved AS (DELETE FROM %I WHERE ts >= %L AND ts < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                family || '_default', first_moment, end_moment, partition);
            EXECUTE format(
                'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                family, partition, first_moment, end_moment);
            created := created + 1;
        END LOOP;
    END LOOP;
    RETURN created;
END
$$;

-- Drops the readings and events of all UTC days that lie more than the given number of days before today, and answers
-- how many partitions went. Nothing calls it until retention is configured.
CREATE FUNCTION drop_partitions_older_than(days int) RETURNS int
    LANGUAGE plpgsql AS $$
DECLARE
    oldest_kept date := (now() AT TIME ZONE 'UTC')::date - days;
    oldest_moment text := to_char(oldest_kept, 'YYYY-MM-DD"T00:00:00Z"');
    family text;
    partition text;
    dropped int := 0;
    chunks int;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('caravan partitions'));
    FOREACH family IN ARRAY ARRAY['readings', 'events'] LOOP
        IF to_regclass(family || '_default') IS NULL THEN
            EXECUTE format('SELECT count(*) FROM drop_chunks(%L, older_than => %L::timestamptz)', family, oldest_moment)
                INTO chunks;
            dropped := dropped + chunks;
            CONTINUE;
        END IF;
        FOR partition IN
            SELECT child.relname
            FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
            WHERE inhparent = family::regclass
                AND child.relname ~ '_[0-9]{8}$'
                AND to_date(right(child.relname, 8), 'YYYYMMDD') < oldest_kept
        LOOP
            EXECUTE format('DROP TABLE %I', partition);
            dropped := dropped + 1;
        END LOOP;
        EXECUTE format('DELETE FROM %I WHERE ts < %L', family || '_default', oldest_moment);
    END LOOP;
    RETURN dropped;
END
$$;
