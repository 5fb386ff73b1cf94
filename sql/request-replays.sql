-- Asks for the replay of dead letters of a tenant, the oldest first, from an id on, as far as all of their raw messages were
-- kept (request-replay.sql does so for one). Answers the number of the request, how many there were, the last, and whether
-- there is more.
WITH request AS MATERIALIZED (
    SELECT coalesce(:?request::bigint, nextval('replay_requests')) AS number
), chosen AS MATERIALIZED (
    SELECT id
    FROM dead_letters
    WHERE tenant_id = :?tenant
        AND id > :?after
        AND NOT enriched
        AND octet_length(payload) = payload_length
        AND failed_at >= :?from
        AND failed_at < :?to
        AND (:?reason::text IS NULL OR reason = :?reason::text)
        AND (:?device::text IS NULL OR device_id = :?device::text)
        AND (:?dialect::text IS NULL OR dialect = :?dialect::text)
        AND (:?replay::bigint IS NULL OR replay = :?replay::bigint)
        AND dead_letter_state(replays, failed_replay, resolved_replay) = :?state::text
    ORDER BY id
    LIMIT :?rows
    FOR UPDATE
), page AS (
    SELECT id FROM chosen ORDER BY id LIMIT :?rows - 1
), asked AS (
    UPDATE dead_letters AS letter
    SET replays = replays + CASE WHEN sent_replay = replays THEN 1 ELSE 0 END,
        replay = request.number,
        replayed_at = now(),
        received_at = coalesce(received_at, failed_at)
    FROM page, request
    WHERE letter.id = page.id
    RETURNING letter.id
)
SELECT
    (SELECT number FROM request) AS replay,
    count(*) AS requested,
    max(id) AS last,
    (SELECT count(*) FROM chosen) > count(*) AS more,
    note_replay((SELECT number FROM request), count(*), min(id), max(id)) AS noted
FROM asked
