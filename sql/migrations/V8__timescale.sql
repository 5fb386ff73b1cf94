-- What becomes of old rows: TimescaleDB's columnstore, and retention. Both follow the configuration, which may change from one
-- start to the next, so these functions are called once an hour (sql/keep-columnstore.sql, sql/apply-retention.sql).

-- Sees to it that TimescaleDB moves the days of readings and events that ended longer ago than the given time to its
-- columnstore, as a job of its own, twice a day; with NULL to it that it no longer does, and what was moved stays there.
-- Without TimescaleDB, or with its edition that has no columnstore, it does nothing. Answers whether that is so: true where
-- rows are moved. A table that a long query keeps busy is left for the next call.
--
-- A segment is a device, ordered as its readings are asked for: a day of a device lies in some ten rows a metric, side by side,
-- found by the times that they span (docs/decisions/timescale.md has the sizes of other choices).
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
    FOREACH family IN ARRAY ARRAY['readings', 'events'] LOOP
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
                    family, 'tenant_id, device_id',
                    CASE family WHEN 'readings' THEN 'ts DESC, metric DESC, seq DESC' ELSE 'ts DESC, seq DESC' END);
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

-- Drops the days of readings or events that ended longer ago than the given time, and answers how many partitions, or
-- chunks of TimescaleDB, went; with NULL it keeps everything. Days are UTC days and go as a whole. Fails with SQLState
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
