-- Has messages of Sparkplug wait for their replay (release-waiting.sql) that no birth explained when they came, and one does now:
-- received after them, of the node where they are the node's and of the device where they are a device's, in the session that
-- goes on (Session.java). Of the last hour only, each once; of each birth the oldest first, so many at a time that nobody's hold
-- up others'. A replay that fails all the same is left to people.
WITH births AS MATERIALIZED (
    SELECT DISTINCT ON (node, tenant_id, received_by, origin_partition, device)
        node, tenant_id, received_by, origin_partition, device, origin_offset, received_at
    FROM sparkplug_births
    WHERE received_at > now() - interval '1 hour'
        AND (
            SELECT min(topic COLLATE "C") FROM dead_letters
            WHERE reason = 'unknown-alias' AND replays = 0 AND NOT waiting
                AND NOT enriched AND octet_length(payload) = payload_length) IS NOT NULL -- else births are not looked at
    ORDER BY node, tenant_id, received_by, origin_partition, device, origin_offset DESC
)
UPDATE dead_letters
SET waiting = true
WHERE id = ANY (ARRAY(
    SELECT explained.id
    FROM births AS birth
    CROSS JOIN LATERAL (
        SELECT own.kind, own.origin_offset, own.since
        FROM sparkplug_births AS own
        WHERE own.node = birth.node
            AND own.tenant_id = birth.tenant_id
            AND own.received_by = birth.received_by
            AND own.origin_partition = birth.origin_partition
            AND own.device = ''
        ORDER BY own.origin_offset DESC
        LIMIT 1) AS session
    CROSS JOIN LATERAL (
        SELECT letter.id
        FROM dead_letters AS letter
        WHERE letter.reason = 'unknown-alias'
            AND letter.replays = 0
            AND NOT letter.waiting
            AND letter.topic = 'spBv1.0/' || birth.tenant_id || CASE birth.device
                WHEN '' THEN '/NDATA/' || birth.node
                ELSE '/DDATA/' || birth.node || '/' || birth.device
            END
            AND letter.received_at > greatest(session.since, now() - interval '1 hour')
            AND letter.received_at < birth.received_at
            AND letter.origin_partition = birth.origin_partition
            AND NOT letter.enriched
            AND octet_length(letter.payload) = letter.payload_length
            AND (CASE
                WHEN strpos(letter.headers::text, '\u0000') = 0 -- which no text of the database can hold
                THEN coalesce(letter.headers ->> 'received-by', '')
            END) COLLATE "C" = birth.received_by
        ORDER BY letter.received_at
        LIMIT 100
        FOR UPDATE SKIP LOCKED) AS explained
    WHERE session.kind = 0 -- no death
        AND session.origin_offset <= birth.origin_offset))
