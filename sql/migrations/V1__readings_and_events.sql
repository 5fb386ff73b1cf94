-- The time series: what devices measured and what happened to them. With TimescaleDB they are hypertables, else
-- partitioned by UTC day with a default partition for all days that have none (V2__partitions.sql); all statements are
-- the same for both. Columns of fixed width come first, which saves their padding in every row.
--
-- The order of the identity's columns is the result of a measurement (docs/decisions/readings-table.md): device first, then time, so that
-- one index both keeps readings unique and answers "the newest of this device" from any day; device before tenant,
-- because most comparisons then end at the first column. The BRIN index finds the minutes of a window, for all devices,
-- in rows that lie roughly as they came; it costs an insert nothing. Its multi-minmax form forgives late rows among them.

DO $$
DECLARE
    -- The extension cannot be created in a server that was started without its library; its settings show that it was.
    timescale boolean := EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')
        AND EXISTS (SELECT FROM pg_settings WHERE name LIKE 'timescaledb.%');
    storage text := CASE WHEN timescale THEN '' ELSE 'PARTITION BY RANGE (ts)' END;
    family text;
BEGIN
    IF timescale THEN
        CREATE EXTENSION IF NOT EXISTS timescaledb;
    END IF;

    EXECUTE $table$
        CREATE TABLE readings (
            ts timestamptz NOT NULL,
            seq bigint NOT NULL,
            value double precision,
            quality smallint NOT NULL,
            tenant_id text COLLATE "C" NOT NULL,
            device_id text COLLATE "C" NOT NULL,
            metric text COLLATE "C" NOT NULL,
            unit text NOT NULL DEFAULT ''
        ) $table$ || storage;
    CREATE UNIQUE INDEX readings_identity ON readings (device_id, tenant_id, ts, metric, seq);
    CREATE INDEX readings_time ON readings
        USING brin (ts timestamptz_minmax_multi_ops) WITH (autosummarize, pages_per_range = 1024);

    EXECUTE $table$
        CREATE TABLE events (
            ts timestamptz NOT NULL,
            seq bigint NOT NULL,
            tenant_id text COLLATE "C" NOT NULL,
            device_id text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL,
            body json NOT NULL
        ) $table$ || storage;
    CREATE UNIQUE INDEX events_identity ON events (device_id, tenant_id, ts, seq);

    FOREACH family IN ARRAY ARRAY['readings', 'events'] LOOP
        IF timescale THEN
            PERFORM create_hypertable(family::regclass, by_range('ts', interval '1 day'), create_default_indexes => false);
        ELSE
            EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', family || '_default', family);
        END IF;
    END LOOP;
END
$$;

COMMENT ON COLUMN readings.quality IS '0 good, 1 uncertain, 2 bad (no value)';
