-- Partitions are made without windows that are missing for it.

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
