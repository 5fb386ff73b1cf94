-- Messages beyond the limit of their tenant may wait instead (caravan.limits.over-quota, docs/limits.md): they are dead letters
-- whose replay is asked for as soon as the tenant has room.

ALTER TABLE dead_letters ADD COLUMN waiting boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN dead_letters.waiting IS 'its replay is asked for as soon as the tenant has room';
CREATE INDEX dead_letters_waiting ON dead_letters (tenant_id, id) WHERE waiting;
CREATE INDEX dead_letters_asked_for_while_waiting ON dead_letters (id) WHERE waiting AND replays > 0;

-- The tenants of which something waits.
CREATE TABLE waiting_tenants (
    tenant_id text COLLATE "C" PRIMARY KEY,
    seen_at timestamptz NOT NULL,
    counted bigint NOT NULL,
    under_way double precision NOT NULL,
    room double precision NOT NULL
);
COMMENT ON COLUMN waiting_tenants.seen_at IS 'when the others were true';
COMMENT ON COLUMN waiting_tenants.counted IS 'how many of its messages the store had counted';
COMMENT ON COLUMN waiting_tenants.under_way IS 'how many were let go that the store may still count';
COMMENT ON COLUMN waiting_tenants.room IS 'how many more could be let go; below zero where it has sent more than it may';
SELECT isolate_tenants('waiting_tenants');
GRANT SELECT, INSERT, UPDATE, DELETE ON waiting_tenants TO caravan_writer;

-- Asks for the replay of dead letters that wait, of each tenant the oldest first, and of no more than it has room for: its limit of
-- messages per second, or fallback, less what the store has counted of it since. A limit counts over ten seconds, so nothing is
-- let go in the first ten; without a limit 5,000 at once are. What somebody has replayed meanwhile waits no longer. Of sessions
-- that do so together one does. Answers how many.
CREATE FUNCTION release_waiting(fallback int, at timestamptz) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    tenant text;
    allowed int;
    total bigint;
    passed bigint;
    since double precision;
    known waiting_tenants;
    released bigint;
    released_of_all bigint := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('caravan waiting')) THEN
        RETURN 0;
    END IF;
    WITH asked AS (
        SELECT d.id FROM dead_letters AS d
        WHERE d.waiting AND d.replays > 0
        FOR UPDATE SKIP LOCKED)
    UPDATE dead_letters AS letter SET waiting = false FROM asked WHERE letter.id = asked.id;
    DELETE FROM waiting_tenants AS w
    WHERE NOT EXISTS (SELECT FROM dead_letters AS d WHERE d.waiting AND d.tenant_id = w.tenant_id);
    IF NOT EXISTS (SELECT FROM dead_letters AS d WHERE d.waiting) THEN
        RETURN 0; -- and the ledger is not read
    END IF;
    FOR tenant, total IN
        -- the next tenant in the index each time, not all rows of it
        WITH RECURSIVE next AS (
            (SELECT d.tenant_id FROM dead_letters AS d WHERE d.waiting ORDER BY d.tenant_id LIMIT 1)
            UNION ALL
            SELECT (
                SELECT d.tenant_id FROM dead_letters AS d
                WHERE d.waiting AND d.tenant_id > next.tenant_id ORDER BY d.tenant_id LIMIT 1)
            FROM next WHERE next.tenant_id IS NOT NULL)
        SELECT next.tenant_id, coalesce(stored.messages, 0)
        FROM next
        LEFT JOIN (
            SELECT l.tenant_id, sum(l.forwarded + l.dead_lettered + l.duplicates) AS messages
            FROM ledger AS l
            GROUP BY l.tenant_id) AS stored USING (tenant_id)
        WHERE next.tenant_id IS NOT NULL
    LOOP
        allowed := coalesce(
            (SELECT l.messages_per_second FROM tenant_limits AS l WHERE l.tenant_id = tenant), fallback);
        INSERT INTO waiting_tenants VALUES (tenant, at, total, 0, -10.0 * coalesce(allowed, 0))
        ON CONFLICT (tenant_id) DO NOTHING;
        SELECT * INTO known FROM waiting_tenants AS w WHERE w.tenant_id = tenant;
        since := greatest(0, extract(epoch FROM at - known.seen_at));
        -- what was let go is taken for the first that comes, and has been reckoned with already
        passed := greatest(0, total - known.counted);
        known.room := least(known.room + coalesce(allowed, 0) * since, 10.0 * coalesce(allowed, 0))
            - greatest(0, passed - known.under_way);
        -- what fails on its way is never counted: it must not hide as many new ones later
        known.under_way := greatest(0, known.under_way - passed - coalesce(allowed * since, known.under_way));
        WITH chosen AS (
            SELECT d.id FROM dead_letters AS d
            WHERE d.waiting AND d.replays = 0 AND d.tenant_id = tenant
            ORDER BY d.id
            LIMIT CASE WHEN allowed IS NULL THEN 5000 ELSE floor(greatest(0, known.room))::bigint END
            FOR UPDATE)
        UPDATE dead_letters AS letter
        SET waiting = false,
            replays = 1,
            replayed_at = now(),
            received_at = coalesce(letter.received_at, letter.failed_at)
        FROM chosen
        WHERE letter.id = chosen.id;
        GET DIAGNOSTICS released = ROW_COUNT;
        UPDATE waiting_tenants AS w
        SET seen_at = greatest(at, known.seen_at),
            counted = total,
            under_way = known.under_way + released,
            room = greatest(known.room, -10.0 * coalesce(allowed, 0)) - released
        WHERE w.tenant_id = tenant;
        released_of_all := released_of_all + released;
    END LOOP;
    RETURN released_of_all;
END
$$;
