-- Device types with window widths of their own. Which windows a device has, its type in the table devices says: those of the
-- type's widths, or the common ones. From window_state.kept_from on the table windows has exactly these, whatever changes; what
-- is taken away there can be made again.

-- The widths of the types that have their own. The smallest of all is among them: the others are made of its windows.
CREATE TABLE window_types (
    device_type text COLLATE "C" NOT NULL,
    width int NOT NULL,
    PRIMARY KEY (device_type, width)
);

-- Devices with windows whose type is another one now, or that are new in the directory, or gone from it.
CREATE TABLE window_retyped (
    tenant_id text COLLATE "C" NOT NULL,
    device_id text COLLATE "C" NOT NULL
);

ALTER TABLE window_widths ADD COLUMN common boolean NOT NULL DEFAULT true;
ALTER TABLE window_widths ADD COLUMN remade_until timestamptz;
COMMENT ON COLUMN window_widths.common IS 'devices have it whose type has no widths of its own';
COMMENT ON COLUMN window_widths.remade_until IS 'before this moment there may be windows of devices that have them no longer';

-- Whether the devices of a type have windows of a width, as far as the database knows; NULL is the type of a device that is not
-- in the directory.
CREATE FUNCTION has_windows(type text, seconds int) RETURNS boolean
    LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM window_types WHERE device_type = type)
        THEN EXISTS (SELECT FROM window_types WHERE device_type = type AND width = seconds)
        ELSE coalesce((SELECT common FROM window_widths WHERE width = seconds), true) END
$$;

-- Whether a width is common, and the types for which it is the other way round.
CREATE FUNCTION window_exceptions(seconds int, OUT common boolean, OUT types text[])
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    common := coalesce((SELECT w.common FROM window_widths AS w WHERE w.width = seconds), true);
    types := ARRAY(
        SELECT device_type FROM window_types GROUP BY device_type HAVING bool_or(width = seconds) <> window_exceptions.common);
END
$$;

CREATE FUNCTION note_retyped() RETURNS trigger
    LANGUAGE plpgsql AS $$
DECLARE
    device devices;
BEGIN
    IF TG_OP = 'DELETE' THEN
        device := OLD;
    ELSE
        device := NEW;
    END IF;
    IF EXISTS (SELECT FROM windows AS w WHERE w.device_id = device.device_id AND w.tenant_id = device.tenant_id) THEN
        INSERT INTO window_retyped VALUES (device.tenant_id, device.device_id);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER note_retyped AFTER INSERT OR DELETE OR UPDATE OF device_type ON devices
    FOR EACH ROW EXECUTE FUNCTION note_retyped();

-- Writes the windows of a source, but for those that are kept as they are and those of devices that do not have the width, and
-- answers how many of them were new or have changed.
CREATE OR REPLACE FUNCTION put_windows(
    source text, width int, from_moment timestamptz, until_moment timestamptz, tenants text[] DEFAULT NULL,
    devices text[] DEFAULT NULL, starts timestamptz[] DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql
    SET enable_sort = on SET enable_incremental_sort = on AS $$
DECLARE
    written bigint;
    common boolean;
    exceptions text[];
    of_types text := '';
BEGIN
    SELECT e.common, e.types INTO common, exceptions FROM window_exceptions(width) AS e;
    IF exceptions <> '{}' THEN
        of_types := format(
            'AND %s EXISTS (SELECT FROM devices AS d WHERE d.device_id = made.device_id AND d.tenant_id = made.tenant_id'
                ' AND d.device_type = ANY ($7))',
            CASE WHEN common THEN 'NOT' ELSE '' END);
    ELSIF NOT common THEN
        RETURN 0;
    END IF;
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
        WHERE start >= (SELECT kept_from FROM window_state) %s
        ON CONFLICT (device_id, tenant_id, width, start, metric) DO UPDATE
        SET (revision, count, sum, avg, min, max, stddev, m2, first, last) = (
            excluded.revision, excluded.count, excluded.sum, excluded.avg, excluded.min, excluded.max, excluded.stddev,
            excluded.m2, excluded.first, excluded.last)
        WHERE (
            stored.count, stored.sum, stored.avg, stored.min, stored.max, stored.stddev, stored.first, stored.last)
            IS DISTINCT FROM (
            excluded.count, excluded.sum, excluded.avg, excluded.min, excluded.max, excluded.stddev, excluded.first,
            excluded.last)
        $statement$, source, of_types)
    USING width, from_moment, until_moment, tenants, devices, starts, exceptions;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;

-- Takes the windows of a width, from one moment to another, from devices that do not have them.
CREATE FUNCTION remove_windows(seconds int, from_moment timestamptz, until_moment timestamptz) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    common boolean;
    exceptions text[];
BEGIN
    SELECT e.common, e.types INTO common, exceptions FROM window_exceptions(seconds) AS e;
    IF common AND exceptions = '{}' THEN
        RETURN;
    END IF;
    DELETE FROM windows AS w
    WHERE width = seconds AND start >= greatest(from_moment, (SELECT kept_from FROM window_state)) AND start < until_moment
        AND common = EXISTS (
            SELECT FROM devices AS d
            WHERE d.device_id = w.device_id AND d.tenant_id = w.tenant_id AND d.device_type = ANY (exceptions));
END
$$;

-- Gives devices whose type is another one now the windows that it has, and takes the others; no more than so many devices.
-- Answers how many windows were new or have changed, and whether there is more.
CREATE FUNCTION settle_retyped_windows(most int, OUT written bigint, OUT more boolean)
    LANGUAGE plpgsql AS $$
DECLARE
    taken record;
    each record;
    of_device timestamptz[];
BEGIN
    written := 0;
    more := false;
    IF NOT EXISTS (SELECT FROM window_types) THEN
        DELETE FROM window_retyped; -- all types have the same
        RETURN;
    END IF;
    FOR taken IN
        WITH gone AS (
            DELETE FROM window_retyped WHERE ctid = ANY (ARRAY(SELECT ctid FROM window_retyped LIMIT most))
            RETURNING tenant_id, device_id)
        SELECT DISTINCT tenant_id, device_id, (
            SELECT device_type FROM devices AS d WHERE d.tenant_id = gone.tenant_id AND d.device_id = gone.device_id) AS type
        FROM gone
    LOOP
        more := true;
        FOR each IN
            SELECT width, settled_until, has_windows(taken.type, width) AS has
            FROM window_widths WHERE width <> (SELECT smallest FROM window_state)
            ORDER BY width
        LOOP
            IF each.has THEN
                of_device := ARRAY(
                    SELECT DISTINCT start FROM windows
                    WHERE tenant_id = taken.tenant_id AND device_id = taken.device_id
                        AND width = (SELECT smallest FROM window_state));
                written := written + put_windows(
                    'windows_of_marked_windows', each.width, NULL, each.settled_until,
                    array_fill(taken.tenant_id, ARRAY[cardinality(of_device)]),
                    array_fill(taken.device_id, ARRAY[cardinality(of_device)]),
                    of_device);
            ELSE
                DELETE FROM windows
                WHERE tenant_id = taken.tenant_id AND device_id = taken.device_id AND width = each.width
                    AND start >= (SELECT kept_from FROM window_state);
            END IF;
        END LOOP;
    END LOOP;
END
$$;

DROP FUNCTION configure_windows(int[]);

-- Takes over the common widths, in seconds, ascending, and those of types that have their own, a type beside each width; answers
-- whether they have changed. The smallest common width is every type's. Windows of a width that other devices have from now on
-- are made again of what is there, and taken from those that have them no longer. Where the smallest is another one, all are
-- made again from the readings.
CREATE FUNCTION configure_windows(widths int[], types text[] DEFAULT '{}', type_widths int[] DEFAULT '{}') RETURNS boolean
    LANGUAGE plpgsql
    SET lock_timeout = '5s' AS $$
DECLARE
    present CONSTANT int[] := ARRAY(SELECT DISTINCT unnest(widths || type_widths));
    changed int[];
BEGIN
    IF widths = (SELECT array_agg(width ORDER BY width) FROM window_widths WHERE common)
        AND NOT EXISTS (
            (SELECT device_type, width FROM window_types EXCEPT SELECT * FROM unnest(types, type_widths))
            UNION ALL (SELECT * FROM unnest(types, type_widths) EXCEPT SELECT device_type, width FROM window_types)) THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('caravan settle'));
    PERFORM pg_advisory_xact_lock(hashtext('caravan windows'));
    IF widths[1] <> (SELECT smallest FROM window_state) THEN
        UPDATE window_state SET smallest = widths[1];
        DELETE FROM window_marks;
        changed := present || ARRAY(SELECT width FROM window_widths);
    ELSE
        changed := ARRAY(
            SELECT width
            FROM (SELECT width FROM window_widths UNION SELECT unnest(present)) AS w
            WHERE EXISTS (
                SELECT
                FROM (SELECT device_type FROM window_types UNION SELECT unnest(types) UNION SELECT '') AS t (type)
                WHERE CASE WHEN EXISTS (SELECT FROM window_types WHERE device_type = t.type)
                        THEN EXISTS (SELECT FROM window_types AS o WHERE o.device_type = t.type AND o.width = w.width)
                        ELSE EXISTS (SELECT FROM window_widths AS o WHERE o.width = w.width AND o.common) END
                    <> CASE WHEN t.type = ANY (types)
                        THEN EXISTS (SELECT FROM unnest(types, type_widths) AS n (type, width)
                            WHERE n.type = t.type AND n.width = w.width)
                        ELSE w.width = ANY (widths) END));
    END IF;
    DELETE FROM window_types;
    INSERT INTO window_types SELECT DISTINCT * FROM unnest(types, type_widths);
    INSERT INTO window_widths (width) SELECT unnest(present) ON CONFLICT DO NOTHING;
    UPDATE window_widths SET common = width = ANY (widths);
    UPDATE window_widths SET remade_until = greatest(remade_until, settled_until), settled_until = NULL
    WHERE width = ANY (changed);
    DELETE FROM window_widths WHERE width <> ALL (present) AND remade_until IS NULL;
    RETURN true;
END
$$;

-- Settles closed windows of every width, from where the last call ended and over no more than the given time. Answers how
-- far the smallest width is now, how many windows were new or have changed, null when somebody else is settling, and whether
-- there is more.
CREATE OR REPLACE FUNCTION settle_windows(span interval)
    RETURNS TABLE (settled timestamptz, closing timestamptz, written bigint, more boolean)
    LANGUAGE plpgsql
    SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    -- of a device all windows are made again, of all widths
    most_retyped CONSTANT int := 20;
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
    SELECT r.written, r.more INTO written, more FROM settle_retyped_windows(most_retyped) AS r;
    FOR each IN SELECT width, settled_until, remade_until FROM window_widths ORDER BY width <> base, width LOOP
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
            IF each.remade_until IS NOT NULL THEN
                PERFORM remove_windows(each.width, coalesce(each.settled_until, '-infinity'), ends);
            END IF;
            UPDATE window_widths
            SET settled_until = ends, remade_until = CASE WHEN ends IS NULL OR remade_until > ends THEN remade_until END
            WHERE width = each.width;
        END IF;
        IF each.width = base THEN
            settled := ends;
        END IF;
        more := more OR ends < reach;
    END LOOP;
    -- widths that nobody has, and whose windows are gone
    DELETE FROM window_widths AS w
    WHERE NOT common AND remade_until IS NULL AND NOT EXISTS (SELECT FROM window_types AS t WHERE t.width = w.width);
    RETURN NEXT;
END
$$;
