-- What becomes of old rows: TimescaleDB's columnstore, and retention. Both follow the configuration, which may change from one
-- start to the next, so these functions are called once an hour (sql/keep-columnstore.sql, sql/apply-retention.sql). And a way
-- to the oldest reading that is as quick on columnar days.

-- Sees to it that TimescaleDB moves the days of all time series that ended longer ago than the given time to its columnstore, as a job of its own, twice a day; with NULL to it that it no longer does, and what was moved stays there.
-- Answers whether rows are moved: never without TimescaleDB, or with its edition that has no columnstore. A table that a
-- long query keeps busy is left for the next call.
--
-- A segment is a device, in the order in which its readings are asked for, and a thousand of them are a row, found by the
-- times that it spans. Other choices are larger (docs/decisions/timescale.md).
CREATE FUNCTION keep_columnstore(after interval) RETURNS boolean
    LANGUAGE plpgsql AS $$
DECLARE
    family text;
    wanted boolean := after IS NOT NULL;
    present interval;
BEGIN
    IF to_regclass('readings_default') IS NOT NULL
        OR current_setting('timescaledb.license', true) IS DISTINCT FROM 'timescale' THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('caravan partitions'));
    SET LOCAL lock_timeout = '2s';
    FOREACH family IN ARRAY time_series() LOOP
        SELECT (config ->> 'compress_after')::interval INTO present
        FROM timescaledb_information.jobs
        WHERE proc_name = 'policy_compression' AND hypertable_schema = current_schema AND hypertable_name = family;
        CONTINUE WHEN present IS NOT DISTINCT FROM after;
        BEGIN
            IF present IS NOT NULL THEN
                EXECUTE format('CALL remove_columnstore_policy(%L)', family);
            END IF;
            IF wanted THEN
                EXECUTE format(
                    'ALTER TABLE %I SET (timescaledb.enable_columnstore, timescaledb.segmentby = %L, timescaledb.orderby = %L)',
                    family, 'device_id, tenant_id',
                    CASE family WHEN 'events' THEN 'ts DESC, seq DESC' ELSE 'ts DESC, metric DESC, seq DESC' END);
                EXECUTE format('CALL add_columnstore_policy(%L, after => %L::interval)', family, after);
            END IF;
        EXCEPTION WHEN lock_not_available THEN
            RAISE WARNING 'A query keeps % busy: its columnstore is set up another time', family;
        END;
    END LOOP;
    RETURN wanted;
END
$$;

DROP FUNCTION drop_partitions_older_than(int);

-- Drops the days of a time series that ended longer ago than the given time, and answers how many partitions, or chunks of
-- TimescaleDB, went; with NULL it keeps everything. Days are UTC days and go as a whole. Fails with SQLState
-- 55P03 and drops nothing while a long query reads the table: try again later.
CREATE FUNCTION drop_partitions_older_than(family text, keep interval) RETURNS int
    LANGUAGE plpgsql AS $$
DECLARE
    oldest_kept date := ((now() - keep) AT TIME ZONE 'UTC')::date;
    oldest_moment text := to_char(oldest_kept, 'YYYY-MM-DD"T00:00:00Z"');
    partition text;
    dropped int := 0;
BEGIN
    IF keep IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('caravan partitions'));
    SET LOCAL lock_timeout = '2s';
    IF to_regclass(family || '_default') IS NULL THEN
        EXECUTE format('SELECT count(*) FROM drop_chunks(%L, older_than => %L::timestamptz)', family, oldest_moment)
            INTO dropped;
        RETURN dropped;
    END IF;
    -- Before a partition goes, for inserts wait from there to the end of the transaction.
    EXECUTE format('DELETE FROM %I WHERE ts < %L', family || '_default', oldest_moment);
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
    RETURN dropped;
END
$$;

-- The time of the oldest reading of a moment or later. It halves the time until a minute is left, and asks of each half whether
-- there is anything: the BRIN index knows, and so does the columnstore, which has no index over devices to walk through.
CREATE OR REPLACE FUNCTION next_reading(from_moment timestamptz) RETURNS timestamptz
    LANGUAGE plpgsql STABLE
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET jit = off AS $$
DECLARE
    low timestamptz := greatest(from_moment, '4714-11-24 00:00:00+00 BC');
    high timestamptz := '200000-01-01 00:00:00+00';
    middle timestamptz;
BEGIN
    IF NOT EXISTS (SELECT FROM readings WHERE ts >= low) THEN
        RETURN NULL;
    END IF;
    WHILE high - low > interval '1 minute' LOOP
        middle := low + (high - low) / 2;
        IF EXISTS (SELECT FROM readings WHERE ts >= low AND ts < middle) THEN
            high := middle;
        ELSE
            low := middle;
        END IF;
    END LOOP;
    RETURN (SELECT min(ts) FROM readings WHERE ts >= low AND ts < high);
END
$$;
