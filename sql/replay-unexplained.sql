-- Asks for the replay of messages of Sparkplug that no birth explained when they came, and one does now: received after them,
-- in the same session of the node, and of the device as well where they are a device's. Of the last hour only, each once, at
-- most so many at a time. A replay that fails all the same is left to people.
WITH born AS MATERIALIZED (
    SELECT tenant_id, node, received_by, since, received_at
    FROM sparkplug_births
    WHERE device = ''
        AND kind = 0 -- of a node
        AND received_at > now() - interval '1 hour'
), explained AS (
    SELECT letter.id
    FROM born
    JOIN dead_letters AS letter
        ON split_part(letter.topic, '/', 4) = born.node
        AND split_part(letter.topic, '/', 2) = born.tenant_id
        AND letter.received_at > born.since
        AND letter.received_at < born.received_at
    WHERE letter.reason = 'unknown-alias'
        AND letter.replays = 0
        AND letter.failed_at > now() - interval '1 hour'
        AND NOT letter.enriched
        AND octet_length(letter.payload) = letter.payload_length
        AND coalesce(letter.headers ->> 'received-by', '') = born.received_by
        AND EXISTS (
            SELECT
            FROM sparkplug_births AS birth
            WHERE birth.node = born.node
                AND birth.tenant_id = born.tenant_id
                AND birth.received_by = born.received_by
                AND birth.device = split_part(letter.topic, '/', 5)
                AND birth.kind <> 1 -- no death
                AND birth.received_at > letter.received_at)
    LIMIT 1000
    FOR UPDATE OF letter SKIP LOCKED
)
UPDATE dead_letters AS letter
SET replays = 1, replayed_at = now()
FROM explained
WHERE letter.id = explained.id
