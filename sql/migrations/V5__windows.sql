-- Tumbling windows over the readings, aligned to the epoch: [start, start + width). The readings are the truth; this table
-- is what they were when it was last computed from them. Its one writer is the settle route (docs/decisions/settled-windows.md).
--
-- Two advisory locks hold it together, both to the end of a transaction:
--   'caravan windows'  The store holds it shared while it inserts; who raises closing_until holds it alone. So at that moment
--                      no insert is under way: what came before is visible to whoever settles next, what comes after knows
--                      the new closing_until and leaves a mark where it is late (insert_readings, V7__ledger.sql).
--   'caravan settle'   One settles, the others pass. Because writers of windows come one after the other, revisions become
--                      visible in their order.
-- All of this relies on READ COMMITTED, where every statement of a function sees what was committed before it began.

CREATE SEQUENCE window_revision;

CREATE TABLE windows (
    start timestamptz NOT NULL,
    revision bigint NOT NULL,
    count bigint NOT NULL,
    sum double precision,
    avg double precision,
    min double precision NOT NULL,
    max double precision NOT NULL,
    stddev double precision,
    m2 double precision,
    first double precision NOT NULL,
    last double precision NOT NULL,
    width int NOT NULL,
    tenant_id text COLLATE "C" NOT NULL,
    device_id text COLLATE "C" NOT NULL,
    metric text COLLATE "C" NOT NULL,
    PRIMARY KEY (device_id, tenant_id, width, start, metric)
);
CREATE INDEX windows_time ON windows (start, width);
CREATE INDEX windows_revision ON windows (revision);

COMMENT ON COLUMN windows.width IS 'seconds';
COMMENT ON COLUMN windows.revision IS 'grows with every change; those beyond window_state.published are still to be published';
COMMENT ON COLUMN windows.m2 IS 'sum of squared deviations from avg, from which wider windows get their stddev';
COMMENT ON COLUMN windows.sum IS 'null, like avg, stddev and m2, where a value is beyond 1e140: they could overflow';

-- One row. Rows of the smallest width that begin before closing_until are settled, or about to be.
CREATE TABLE window_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    closing_until timestamptz NOT NULL DEFAULT 'epoch',
    smallest int NOT NULL DEFAULT 60,
    published bigint NOT NULL DEFAULT 0,
    publisher text,
    publishing_until timestamptz
);
INSERT INTO window_state DEFAULT VALUES;

-- The widths in use, and how far each of them is settled: every window that ends by then is in the table. Null before the
-- first time.
CREATE TABLE window_widths (
    width int PRIMARY KEY,
    settled_until timestamptz
);

-- Windows of the smallest width that got a reading after they had been closed; of all metrics of the device, because they
-- lie side by side. Appended, and consumed by whoever settles.
CREATE TABLE window_marks (
    start timestamptz NOT NULL,
    tenant_id text COLLATE "C" NOT NULL,
    device_id text COLLATE "C" NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- Count, sum and sum of squared deviations, by the functions behind PostgreSQL's own avg and stddev_samp: from values, and
-- from such triples.
CREATE AGGREGATE moments(float8) (
    SFUNC = float8_accum, STYPE = float8[], INITCOND = '{0,0,0}', COMBINEFUNC = float8_combine, PARALLEL = SAFE);
CREATE AGGREGATE pooled_moments(float8[]) (
    SFUNC = float8_combine, STYPE = float8[], INITCOND = '{0,0,0}', COMBINEFUNC = float8_combine, PARALLEL = SAFE);

-- The start of the window that holds a moment.
CREATE FUNCTION window_start(width int, moment timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE
    RETURN date_bin(width * interval '1 second', moment, timestamptz '1970-01-01 00:00:00+00');

-- The four sources of windows that follow share one shape, so that put_windows can take any of them. moments is null where
-- a value is so large that squares of it could overflow, which must not stop the others.

-- From the readings of all devices. The first value and the last are looked up by the index: to carry them along would
-- mean sorting every window.
CREATE FUNCTION windows_of_readings(
    seconds int, from_moment timestamptz, until_moment timestamptz, tenants text[], devices text[], starts timestamptz[])
    RETURNS TABLE (
        tenant_id text, device_id text, metric text, start timestamptz, count bigint, moments float8[], min float8,
        max float8, first float8, last float8)
    LANGUAGE sql STABLE AS $$
    SELECT tenant_id, device_id, metric, start, count,
        CASE WHEN greatest(max, -min) <= 1e140 THEN moments END,
        min, max,
        (
            SELECT value
            FROM readings AS r
            WHERE r.device_id = w.device_id AND r.tenant_id = w.tenant_id AND r.ts = w.first_ts AND r.metric = w.metric
                AND value IS NOT NULL
            ORDER BY seq
            LIMIT 1),
        (
            SELECT value
            FROM readings AS r
            WHERE r.device_id = w.device_id AND r.tenant_id = w.tenant_id AND r.ts = w.last_ts AND r.metric = w.metric
                AND value IS NOT NULL
            ORDER BY seq DESC
            LIMIT 1)
    FROM (
        SELECT tenant_id, device_id, metric, window_start(seconds, ts) AS start, count(*) AS count,
            moments(CASE WHEN value BETWEEN -1e140 AND 1e140 THEN value END) AS moments,
            min(value) AS min, max(value) AS max, min(ts) AS first_ts, max(ts) AS last_ts
        FROM readings
        WHERE ts >= from_moment AND ts < until_moment AND value IS NOT NULL
        GROUP BY 1, 2, 3, 4) AS w
$$;

-- From the readings of one device; in one order, so that asking twice gives the same to the last digit.
CREATE FUNCTION windows_of_device(
    seconds int, from_moment timestamptz, until_moment timestamptz, tenant text, device text)
    RETURNS TABLE (
        tenant_id text, device_id text, metric text, start timestamptz, count bigint, moments float8[], min float8,
        max float8, first float8, last float8)
    LANGUAGE sql STABLE AS $$
    SELECT tenant, device, metric, start, count,
        CASE WHEN greatest(max, -min) <= 1e140 THEN moments END,
        min, max, first, last
    FROM (
        SELECT metric, window_start(seconds, ts) AS start, count(*) AS count,
            moments(CASE WHEN value BETWEEN -1e140 AND 1e140 THEN value END ORDER BY ts, seq) AS moments,
            min(value) AS min, max(value) AS max,
            (array_agg(value ORDER BY ts, seq))[1] AS first,
            (array_agg(value ORDER BY ts DESC, seq DESC))[1] AS last
        FROM readings
        WHERE device_id = device AND tenant_id = tenant AND ts >= from_moment AND ts < until_moment AND value IS NOT NULL
        GROUP BY 1, 2) AS w
$$;

-- From the readings of devices and windows that are given.
CREATE FUNCTION windows_of_marked(
    seconds int, from_moment timestamptz, until_moment timestamptz, tenants text[], devices text[], starts timestamptz[])
    RETURNS TABLE (
        tenant_id text, device_id text, metric text, start timestamptz, count bigint, moments float8[], min float8,
        max float8, first float8, last float8)
    LANGUAGE sql STABLE AS $$
    SELECT w.*
    FROM unnest(tenants, devices, starts) AS mark (tenant, device, start)
    CROSS JOIN LATERAL windows_of_device(
        seconds, mark.start, mark.start + seconds * interval '1 second', mark.tenant, mark.device) AS w
$$;

-- From the windows of the smallest width, all of them from one moment to another.
CREATE FUNCTION windows_of_windows(
    seconds int, from_moment timestamptz, until_moment timestamptz, tenants text[], devices text[], starts timestamptz[])
    RETURNS TABLE (
        tenant_id text, device_id text, metric text, start timestamptz, count bigint, moments float8[], min float8,
        max float8, first float8, last float8)
    LANGUAGE sql STABLE AS $$
    SELECT tenant_id, device_id, metric, window_start(seconds, start), sum(count)::bigint,
        CASE WHEN count(m2) = count(*) THEN pooled_moments(ARRAY[count, sum, m2]) FILTER (WHERE m2 IS NOT NULL) END,
        min(min), max(max),
        (array_agg(first ORDER BY start))[1],
        (array_agg(last ORDER BY start DESC))[1]
    FROM windows
    WHERE start >= from_moment AND start < until_moment AND width = (SELECT smallest FROM window_state)
    GROUP BY 1, 2, 3, 4
$$;

-- The same for devices and windows of the smallest width that are given; of the wider ones, those that end by a moment.
CREATE FUNCTION windows_of_marked_windows(
    seconds int, from_moment timestamptz, until_moment timestamptz, tenants text[], devices text[], starts timestamptz[])
    RETURNS TABLE (
        tenant_id text, device_id text, metric text, start timestamptz, count bigint, moments float8[], min float8,
        max float8, first float8, last float8)
    LANGUAGE sql STABLE AS $$
    SELECT mark.tenant, mark.device, w.*
    FROM (
        SELECT DISTINCT tenant, device, window_start(seconds, smaller) AS start
        FROM unnest(tenants, devices, starts) AS mark (tenant, device, smaller)) AS mark
    CROSS JOIN LATERAL (
        SELECT metric, mark.start, sum(count)::bigint,
            CASE WHEN count(m2) = count(*) THEN pooled_moments(ARRAY[count, sum, m2]) FILTER (WHERE m2 IS NOT NULL) END,
            min(min), max(max),
            (array_agg(first ORDER BY windows.start))[1],
            (array_agg(last ORDER BY windows.start DESC))[1]
        FROM windows
        WHERE device_id = mark.device AND tenant_id = mark.tenant AND width = (SELECT smallest FROM window_state)
            AND windows.start >= mark.start AND windows.start < mark.start + seconds * interval '1 second'
        GROUP BY metric) AS w
    WHERE mark.start + seconds * interval '1 second' <= until_moment
$$;

-- Writes the windows of a source, and answers how many of them were new or have changed.
CREATE FUNCTION put_windows(
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
        FROM %I($1, $2, $3, $4, $5, $6)
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

-- The time of the oldest reading of a moment or later, by a look into the index for each device.
CREATE FUNCTION next_reading(from_moment timestamptz) RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    WITH RECURSIVE device AS (
        (SELECT device_id, tenant_id FROM readings ORDER BY device_id, tenant_id LIMIT 1)
        UNION ALL
        SELECT following.*
        FROM device
        CROSS JOIN LATERAL (
            SELECT device_id, tenant_id
            FROM readings AS r
            WHERE (r.device_id, r.tenant_id) > (device.device_id, device.tenant_id)
            ORDER BY device_id, tenant_id
            LIMIT 1) AS following
    )
    SELECT min(ts)
    FROM device
    CROSS JOIN LATERAL (
        SELECT ts
        FROM readings AS r
        WHERE r.device_id = device.device_id AND r.tenant_id = device.tenant_id AND r.ts >= from_moment
        ORDER BY ts
        LIMIT 1) AS oldest
$$;

-- Takes over the widths, in seconds, ascending; answers whether they have changed. A width that is new is made of what is
-- there. Where the smallest is another one, all are made again from the readings. A width that is no longer there keeps
-- its rows as they are.
CREATE FUNCTION configure_windows(widths int[]) RETURNS boolean
    LANGUAGE plpgsql
    SET lock_timeout = '5s' AS $$
BEGIN
    IF widths = (SELECT array_agg(width ORDER BY width) FROM window_widths) THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('caravan settle'));
    PERFORM pg_advisory_xact_lock(hashtext('caravan windows'));
    DELETE FROM window_widths WHERE width <> ALL (widths);
    IF widths[1] <> (SELECT smallest FROM window_state) THEN
        UPDATE window_state SET smallest = widths[1];
        UPDATE window_widths SET settled_until = NULL;
        DELETE FROM window_marks;
    END IF;
    INSERT INTO window_widths (width) SELECT unnest(widths) ON CONFLICT DO NOTHING;
    RETURN true;
END
$$;

-- Closes the windows that ended the given time before a moment, and answers until when they are closed. It never opens one
-- again, whatever the clock does. While an insert keeps it waiting, it gives up and lets the next call do it: the inserts
-- behind it wait as long.
CREATE FUNCTION close_windows(moment timestamptz, settle_after interval) RETURNS timestamptz
    LANGUAGE plpgsql
    SET lock_timeout = '5s' AS $$
DECLARE
    wanted timestamptz;
    closed timestamptz;
BEGIN
    SELECT window_start(smallest, moment - settle_after), closing_until INTO wanted, closed FROM window_state;
    IF closed < wanted THEN
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('caravan windows'));
            UPDATE window_state SET closing_until = wanted WHERE closing_until < wanted;
            closed := wanted;
        EXCEPTION WHEN lock_not_available THEN
            RAISE WARNING 'An insert took longer than 5 s: windows are closed another time';
        END;
    END IF;
    RETURN closed;
END
$$;

-- Settles closed windows of every width, from where the last call ended and over no more than the given time. Answers how
-- far the smallest width is now, how many windows were new or have changed, null when somebody else is settling, and whether
-- there is more.
CREATE FUNCTION settle_windows(span interval)
    RETURNS TABLE (settled timestamptz, closing timestamptz, written bigint, more boolean)
    LANGUAGE plpgsql
    SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    base int;
    reach timestamptz;
    begins timestamptz;
    ends timestamptz;
    rows_written bigint;
    each record;
BEGIN
    more := false;
    IF NOT pg_try_advisory_xact_lock(hashtext('caravan settle')) THEN
        SELECT settled_until, closing_until INTO settled, closing
        FROM window_state LEFT JOIN window_widths ON width = smallest;
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT smallest, closing_until INTO base, closing FROM window_state;
    written := 0;
    FOR each IN SELECT width, settled_until FROM window_widths ORDER BY width LOOP
        -- wider windows are made of those of the smallest width, so they end by what that one has reached
        reach := window_start(each.width, CASE WHEN each.width = base THEN closing ELSE settled END);
        ends := each.settled_until;
        IF ends IS NULL OR ends < reach THEN
            IF each.width = base THEN
                begins := coalesce(ends, window_start(base, next_reading('-infinity')));
            ELSE
                begins := window_start(each.width, (
                    SELECT min(start) FROM windows WHERE width = base AND start >= coalesce(ends, '-infinity')));
            END IF;
            IF begins < reach THEN
                ends := least(
                    reach, greatest(begins + each.width * interval '1 second', window_start(each.width, begins + span)));
                rows_written := put_windows(
                    CASE WHEN each.width = base THEN 'windows_of_readings' ELSE 'windows_of_windows' END,
                    each.width, begins, ends);
                written := written + rows_written;
                -- nothing for so long: go on where there is something
                IF each.width = base AND rows_written = 0 AND ends < reach THEN
                    ends := least(reach, coalesce(window_start(base, next_reading(ends)), reach));
                END IF;
            ELSE
                ends := reach;
            END IF;
            UPDATE window_widths SET settled_until = ends WHERE width = each.width;
        END IF;
        IF each.width = base THEN
            settled := ends;
        END IF;
        more := more OR ends < reach;
    END LOOP;
    RETURN NEXT;
END
$$;

-- Computes the windows again that got late readings, no more than the given number of devices' windows of the smallest width,
-- the oldest first. Answers how many that were, how many windows were new or have changed, and whether there is more. No
-- row: somebody else is settling.
CREATE FUNCTION settle_marked_windows(most int)
    RETURNS TABLE (marked bigint, written bigint, more boolean)
    LANGUAGE plpgsql
    SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    -- more marks than this at once would keep the others waiting for long
    most_rows CONSTANT int := 500000;
    -- from so many devices on, to read the whole window is quicker
    many_devices CONSTANT int := 100;
    tenants text[];
    devices text[];
    starts timestamptz[];
    lone_tenants text[];
    lone_devices text[];
    lone_starts timestamptz[];
    crowded_starts timestamptz[];
    crowded_start timestamptz;
    each record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('caravan settle')) THEN
        RETURN;
    END IF;
    WITH taken AS (
        DELETE FROM window_marks
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM window_marks LIMIT most_rows))
        RETURNING start, tenant_id, device_id
    ), mark AS (
        SELECT *,
            row_number() OVER (ORDER BY start, tenant_id, device_id) AS place,
            count(*) OVER (PARTITION BY start) >= many_devices AS crowded
        FROM (SELECT DISTINCT start, tenant_id, device_id FROM taken) AS distinct_marks
    ), put_back AS (
        INSERT INTO window_marks SELECT start, tenant_id, device_id FROM mark WHERE place > most
    )
    SELECT array_agg(tenant_id), array_agg(device_id), array_agg(start), count(*),
        array_agg(tenant_id) FILTER (WHERE NOT crowded), array_agg(device_id) FILTER (WHERE NOT crowded),
        array_agg(start) FILTER (WHERE NOT crowded), array_agg(DISTINCT start) FILTER (WHERE crowded),
        (SELECT count(*) FROM mark) > most OR (SELECT count(*) FROM taken) = most_rows
    INTO tenants, devices, starts, marked, lone_tenants, lone_devices, lone_starts, crowded_starts, more
    FROM mark
    WHERE place <= most;
    written := 0;
    IF marked > 0 THEN
        FOR each IN
            SELECT width, settled_until, width = smallest AS is_base
            FROM window_widths CROSS JOIN window_state
            ORDER BY width
        LOOP
            IF each.is_base THEN
                written := put_windows('windows_of_marked', each.width, NULL, NULL, lone_tenants, lone_devices, lone_starts);
                FOREACH crowded_start IN ARRAY coalesce(crowded_starts, '{}') LOOP
                    written := written + put_windows(
                        'windows_of_readings', each.width, crowded_start,
                        crowded_start + each.width * interval '1 second');
                END LOOP;
            ELSE
                written := written + put_windows(
                    'windows_of_marked_windows', each.width, NULL, each.settled_until, tenants, devices, starts);
            END IF;
        END LOOP;
    END IF;
    RETURN NEXT;
END
$$;

-- The newest windows of a device before a place in their order, by start and metric: settled ones from the table, the others
-- as the readings are now.
CREATE FUNCTION newest_windows(
    seconds int, tenant text, device text, from_moment timestamptz, before_start timestamptz, before_metric text,
    first_metric text, last_metric text, most int)
    RETURNS TABLE (
        metric text, start timestamptz, count bigint, moments float8[], min float8, max float8, first float8, last float8,
        settled boolean)
    LANGUAGE sql STABLE AS $$
    SELECT *
    FROM (
        (
            SELECT metric, start, count, CASE WHEN m2 IS NOT NULL THEN ARRAY[count, sum, m2] END, min, max, first, last, true
            FROM windows
            WHERE tenant_id = tenant AND device_id = device AND width = seconds
                AND start >= from_moment
                AND start <= before_start
                AND (start, metric) < (before_start, before_metric)
                AND start < (SELECT settled_until FROM window_widths WHERE width = seconds)
                AND metric BETWEEN first_metric AND last_metric
            ORDER BY start DESC, metric DESC
            LIMIT most)
        UNION ALL
        (
            SELECT metric, start, count, moments, min, max, first, last, false
            FROM (SELECT max(settled_until) AS moment FROM window_widths WHERE width = seconds) AS settled_until
            CROSS JOIN LATERAL windows_of_device(
                seconds,
                greatest(
                    window_start(seconds, from_moment + seconds * interval '1 second' - interval '1 microsecond'),
                    settled_until.moment),
                window_start(seconds, before_start) + seconds * interval '1 second',
                tenant,
                device)
            WHERE (start, metric) < (before_start, before_metric) AND metric BETWEEN first_metric AND last_metric
            ORDER BY start DESC, metric DESC
            LIMIT most)) AS page (metric, start, count, moments, min, max, first, last, settled)
    ORDER BY start DESC, metric DESC
    LIMIT most
$$;
