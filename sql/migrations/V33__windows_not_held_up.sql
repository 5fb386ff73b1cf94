-- Partitions are made, and devices get another type, without windows that are missing for it, or wait for it.

-- Creates the missing partitions from days_back before today to days_ahead after it and answers how many it created.
-- Rows of such a day that arrived before their partition move into it from the default partition. Any number of sessions
-- may call it at once, beside running inserts. A table that a long query keeps busy is left for the next call. Who settles
-- windows is waited for: he only tries for his lock, so that is for one of his transactions, however many are to come.
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
    -- Before the other, as drop_partitions_older_than takes the two.
    IF to_regclass('readings_default') IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('caravan settle'));
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('caravan partitions'));
    -- Inserts and queries wait behind the locks below, and those behind any query that reads the table.
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
                -- closed to its row and fail, and a query that has already read which partitions there are would find the
                -- rows in none of them. Then the default partition, which may be read and written by its own name.
                EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', family);
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

-- Replacing it has taken from it what V17 gave it.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION ensure_partitions(int, int) SECURITY DEFINER SET search_path = %I, pg_temp', current_schema);
END
$$;

-- A change of anything but the type is none of windows' business.
DROP TRIGGER note_retyped ON devices;
CREATE TRIGGER note_retyped AFTER INSERT OR DELETE ON devices
    FOR EACH ROW EXECUTE FUNCTION note_retyped();
CREATE TRIGGER note_other_type AFTER UPDATE OF device_type ON devices
    FOR EACH ROW WHEN (old.device_type IS DISTINCT FROM new.device_type) EXECUTE FUNCTION note_retyped();

-- Of each device the newest windows come first, and the newest of all devices before older ones of any.
ALTER TABLE window_retyped ADD COLUMN before timestamptz NOT NULL DEFAULT 'infinity';
COMMENT ON COLUMN window_retyped.before IS 'windows that begin earlier are still to be made, or removed';
CREATE INDEX window_retyped_newest ON window_retyped (before DESC);

-- Gives devices whose type is another one now the windows that it has, and takes the others: so many windows of a width, and
-- where there are more, the rest with later calls. Answers how many windows were new or have changed, null when somebody else
-- is settling, and whether there is more. Between two calls all others may write windows, for they do so by the new type.
CREATE OR REPLACE FUNCTION settle_retyped_windows(most int, OUT written bigint, OUT more boolean)
    LANGUAGE plpgsql
    SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    -- what a device takes that has no windows, in windows
    for_device CONSTANT int := 100;
    room int := most;
    base int;
    kept timestamptz;
    taken record;
    begins timestamptz;
    starts timestamptz[];
    each record;
BEGIN
    more := false;
    IF NOT pg_try_advisory_xact_lock(hashtext('caravan settle')) THEN
        RETURN;
    END IF;
    written := 0;
    IF NOT EXISTS (SELECT FROM window_types) THEN
        DELETE FROM window_retyped; -- all types have the same
        RETURN;
    END IF;
    SELECT smallest, kept_from INTO base, kept FROM window_state;
    LOOP
        -- the type as it was noted, or a later one, which was noted again
        SELECT ctid AS place, tenant_id, device_id, before, (
            SELECT device_type FROM devices AS d WHERE d.tenant_id = r.tenant_id AND d.device_id = r.device_id) AS type
        INTO taken
        FROM window_retyped AS r
        ORDER BY before DESC
        LIMIT 1;
        more := FOUND;
        EXIT WHEN NOT more OR room <= 0;
        -- of the width that has most; null where all that there is fits
        SELECT max(start) INTO begins
        FROM window_widths AS w
        CROSS JOIN LATERAL (
            SELECT start
            FROM windows
            WHERE device_id = taken.device_id AND tenant_id = taken.tenant_id AND width = w.width
                AND start >= kept AND start < taken.before
            ORDER BY start DESC
            OFFSET room - 1
            LIMIT 1) AS last_that_fits;
        SELECT coalesce(array_agg(DISTINCT start), '{}'), room - count(*) - for_device INTO starts, room
        FROM windows
        WHERE device_id = taken.device_id AND tenant_id = taken.tenant_id AND width = base
            AND start >= coalesce(begins, kept) AND start < taken.before;
        FOR each IN
            SELECT width, settled_until, has_windows(taken.type, width) AS has
            FROM window_widths WHERE width <> base
            ORDER BY width
        LOOP
            IF each.has THEN
                written := written + put_windows(
                    'windows_of_marked_windows', each.width, NULL, each.settled_until,
                    array_fill(taken.tenant_id, ARRAY[cardinality(starts)]),
                    array_fill(taken.device_id, ARRAY[cardinality(starts)]),
                    starts);
            ELSE
                DELETE FROM windows
                WHERE tenant_id = taken.tenant_id AND device_id = taken.device_id AND width = each.width
                    AND start >= coalesce(begins, kept) AND start < taken.before;
            END IF;
        END LOOP;
        IF begins IS NULL THEN
            DELETE FROM window_retyped WHERE ctid = taken.place;
        ELSE
            UPDATE window_retyped SET before = begins WHERE ctid = taken.place;
        END IF;
    END LOOP;
END
$$;

-- As in V15, without the devices of another type.
-- Settles closed windows of every width, from where the last call ended and over no more than the given time. Answers how
-- far the smallest width is now, how many windows were new or have changed, null when somebody else is settling, and whether
-- there is more.
CREATE OR REPLACE FUNCTION settle_windows(span interval)
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
