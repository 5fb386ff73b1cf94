-- Whether devices are online, and what they themselves say of their channels.

-- online is what the newest message says, by (ts, seq); since is the time of receipt with which that began. Silence is not
-- stored: it is told by last_seen when somebody asks.
ALTER TABLE presence
    ADD COLUMN online boolean NOT NULL DEFAULT true,
    ADD COLUMN ts timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN seq bigint NOT NULL DEFAULT 0,
    ADD COLUMN since timestamptz;
UPDATE presence SET since = last_seen;
ALTER TABLE presence
    ALTER COLUMN online DROP DEFAULT,
    ALTER COLUMN ts DROP DEFAULT,
    ALTER COLUMN seq DROP DEFAULT,
    ALTER COLUMN since SET NOT NULL;

-- Lists of devices begin with the newest: a page is read from here, not sorted from all devices of the tenant.
CREATE INDEX devices_newest ON devices (tenant_id, created_at DESC, device_id);

-- How long a device of a type may be silent: the milliseconds of its type, those of the first where it is not among them.
CREATE FUNCTION patience(device_type text, types text[], silences bigint[]) RETURNS interval
    LANGUAGE sql IMMUTABLE
    RETURN silences[coalesce(array_position(types, device_type), 1)] * interval '1 millisecond';

-- What devices say of their own channels, a time series as those of V1.
DO $$
DECLARE
    timescale boolean := EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb');
BEGIN
    EXECUTE $table$
        CREATE TABLE trend_statistics (
            ts timestamptz NOT NULL,
            seq bigint NOT NULL,
            value double precision,
            avg double precision,
            min double precision,
            max double precision,
            tenant_id text COLLATE "C" NOT NULL,
            device_id text COLLATE "C" NOT NULL,
            metric text COLLATE "C" NOT NULL
        ) $table$ || CASE WHEN timescale THEN '' ELSE 'PARTITION BY RANGE (ts)' END;
    CREATE UNIQUE INDEX trend_statistics_identity ON trend_statistics (device_id, tenant_id, ts, metric, seq);
    IF timescale THEN
        PERFORM create_hypertable(
            'trend_statistics'::regclass, by_range('ts', interval '1 day'), create_default_indexes => false);
    ELSE
        CREATE TABLE trend_statistics_default PARTITION OF trend_statistics DEFAULT;
    END IF;
END
$$;

-- The tables that are kept by day, in the order in which a transaction may write them, so that a keeper and a writer never
-- wait in a circle. A migration that adds one replaces this function alone.
CREATE FUNCTION time_series() RETURNS text[]
    LANGUAGE sql IMMUTABLE
    RETURN ARRAY['readings', 'events', 'trend_statistics'];

-- The two functions of V2 for all tables of time_series().

-- Creates the missing partitions from days_back before today to days_ahead after it and answers how many it created.
-- Rows of such a day that arrived before their partition move into it from the default partition. Any number of sessions
-- may call it at once, beside running inserts. A table that a long query keeps busy is left for the next call.
CREATE OR REPLACE FUNCTION ensure_partitions(days_back int, days_ahead int) RETURNS int
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
    FOREACH family IN ARRAY time_series() LOOP
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

-- Drops the rows of all UTC days that lie more than the given number of days before today, and answers
-- how many partitions went. Nothing calls it until retention is configured. Fails with SQLState 55P03 and drops nothing
-- while a long query reads one of the tables: try again later.
CREATE OR REPLACE FUNCTION drop_partitions_older_than(days int) RETURNS int
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
    FOREACH family IN ARRAY time_series() LOOP
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
