-- Day partitions of readings and events where PostgreSQL partitions them itself. Under TimescaleDB, which makes chunks as
-- rows arrive, both functions leave the tables to the extension. A day is a UTC day, whatever the session's time zone.

-- Creates the missing partitions from days_back before today to days_ahead after it and answers how many it created.
-- Rows of such a day that arrived before their partition move into it from the default partition. Any number of sessions
-- may call it at once, beside running inserts. A table that a long query keeps busy is left for the next call.
CREATE FUNCTION ensure_partitions(days_back int, days_ahead int) RETURNS int
    LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    family text;
    partition text;
    first_moment text;
    end_moment text;
    created int := 0;
    created_before int;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('caravan partitions'));
    -- Inserts wait behind the locks below, and those behind any query that reads the default partition.
    SET LOCAL lock_timeout = '2s';
    -- readings before events, in the order in which a transaction may write them, so that the two never wait in a circle
    FOREACH family IN ARRAY ARRAY['readings', 'events'] LOOP
        CONTINUE WHEN to_regclass(family || '_default') IS NULL;
        created_before := created;
        BEGIN
            FOR day IN -days_back .. days_ahead LOOP
                partition := family || to_char(today + day, '"_"YYYYMMDD');
                CONTINUE WHEN to_regclass(partition) IS NOT NULL;
                first_moment := to_char(today + day, 'YYYY-MM-DD"T00:00:00Z"');
                end_moment := to_char(today + day + 1, 'YYYY-MM-DD"T00:00:00Z"');
                -- The parent first: an insert that has already chosen the default partition would otherwise find it
                -- closed to its row and fail. Then the default partition, so that no reader sees the rows halfway.
                EXECUTE format('LOCK TABLE ONLY %I IN SHARE ROW EXCLUSIVE MODE', family);
                EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', family || '_default');
                EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS)', partition, family);
                EXECUTE format(
                    'WITH moved AS (DELETE FROM %I WHERE ts >= %L AND ts < %L RETURNING *)'
                        ' INSERT INTO %I SELECT * FROM moved',
                    family || '_default', first_moment, end_moment, partition);
                EXECUTE format(
                    'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                    family, partition, first_moment, end_moment);
                created := created + 1;
            END LOOP;
        EXCEPTION WHEN lock_not_available THEN
            created := created_before;
            RAISE WARNING 'A query keeps % busy: its partitions are created another time', family;
        END;
    END LOOP;
    RETURN created;
END
$$;

-- Drops the readings and events of all UTC days that lie more than the given number of days before today, and answers
-- how many partitions went. Nothing calls it until retention is configured. Fails with SQLState 55P03 and drops nothing
-- while a long query reads one of the tables: try again later.
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
    SET LOCAL lock_timeout = '2s';
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
