-- Windows that outlive their readings, and the retention of windows.

-- The start of a UTC day, where every width has a window begin. What began before is as it is, or gone: its readings may be
-- incomplete, and so may the windows of which wider ones are made. It is never lowered.
ALTER TABLE window_state ADD COLUMN kept_from timestamptz NOT NULL DEFAULT '-infinity';
COMMENT ON COLUMN window_state.kept_from IS 'no window that begins before is written any more';

-- Has windows that begin before a moment stay as they are. Waits for who settles; what he has read is complete until then,
-- and the next one knows. So it comes before anything is dropped, in the same transaction.
CREATE FUNCTION keep_windows_from(moment timestamptz) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF moment > (SELECT kept_from FROM window_state) THEN
        PERFORM pg_advisory_xact_lock(hashtext('caravan settle'));
        UPDATE window_state SET kept_from = moment WHERE kept_from < moment;
    END IF;
END
$$;

-- Writes the windows of a source, but for those that are kept as they are, and answers how many of them were new or have
-- changed.
CREATE OR REPLACE FUNCTION put_windows(
    source text, width int, from_moment timestamptz, until_moment timestamptz, tenants text[] DEFAULT NULL,
    devices text[] DEFAULT NULL, starts timestamptz[] DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql
    SET enable_sort = on SET enable_incremental_sort = on AS $$
DECLARE
    written bigint;
BEGIN
    IF source = 'windows_of_readings' THEN
        -- how many windows a time holds is beyond the planner's guess; a hash table of them takes half the time
        SET LOCAL enable_sort = off;
        SET LOCAL enable_incremental_sort = off;
    END IF;
    EXECUTE format(
        $statement$
        INSERT INTO windows AS stored (
            tenant_id, device_id, metric, width, start, revision, count, sum, avg, min, max, stddev, m2, first, last)
        SELECT tenant_id, device_id, metric, $1, start, nextval('window_revision'), count, moments[2],
            float8_avg(moments), min, max, float8_stddev_samp(moments), moments[3], first, last
        FROM (SELECT * FROM %I($1, $2, $3, $4, $5, $6) OFFSET 0) AS made -- asks below of each window, not of each reading
        WHERE start >= (SELECT kept_from FROM window_state)
        ON CONFLICT (device_id, tenant_id, width, start, metric) DO UPDATE
        SET (revision, count, sum, avg, min, max, stddev, m2, first, last) = (
            excluded.revision, excluded.count, excluded.sum, excluded.avg, excluded.min, excluded.max, excluded.stddev,
            excluded.m2, excluded.first, excluded.last)
        WHERE (
            stored.count, stored.sum, stored.avg, stored.min, stored.max, stored.stddev, stored.first, stored.last)
            IS DISTINCT FROM (
            excluded.count, excluded.sum, excluded.avg, excluded.min, excluded.max, excluded.stddev, excluded.first,
            excluded.last)
        $statement$, source)
    USING width, from_moment, until_moment, tenants, devices, starts;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;

-- Drops the days of a time series that ended longer ago than the given time, and answers how many partitions, or chunks of
-- TimescaleDB, went; with NULL it keeps everything. Days are UTC days and go as a whole. Fails with SQLState 55P03 and
-- drops nothing while a long query reads the table: try again later.
CREATE OR REPLACE FUNCTION drop_partitions_older_than(family text, keep interval) RETURNS int
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
    IF family = 'readings' THEN
        PERFORM keep_windows_from(oldest_moment::timestamptz);
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

-- Drops windows of days that ended longer ago than the given time, no more than so many, and answers how many went; with
-- NULL it keeps everything.
CREATE FUNCTION drop_windows_older_than(keep interval, most int) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    oldest_moment timestamptz := date_trunc('day', now() - keep, 'UTC');
    dropped bigint;
BEGIN
    IF keep IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM keep_windows_from(oldest_moment);
    DELETE FROM windows WHERE ctid = ANY (ARRAY(SELECT ctid FROM windows WHERE start < oldest_moment LIMIT most));
    GET DIAGNOSTICS dropped = ROW_COUNT;
    RETURN dropped;
END
$$;
