-- The commands of a device, or one of them, newest first, from a place in that order on, with what has become of them; one row
-- of nulls when there are none, no row when there is no such device. An F2 controller answers by the state of what it was told
-- to do, which is an event.
SELECT
    device_id, command_id, topic, content_type, payload, created_by, page.created_at, expires_at, sent_at, delivered_at,
    acknowledged_at, answer,
    CASE
        WHEN acknowledged_at IS NOT NULL THEN 'acknowledged'
        WHEN expired_at IS NOT NULL OR now() > expires_at THEN 'expired'
        WHEN delivered_at IS NOT NULL THEN 'delivered'
        WHEN sent_at IS NOT NULL THEN 'sent'
        ELSE 'unsent'
    END AS state
FROM devices
LEFT JOIN LATERAL (
    SELECT
        c.command_id, c.topic, c.content_type, c.payload, c.created_by, c.created_at, c.expires_at, c.sent_at, c.delivered_at,
        c.expired_at,
        coalesce(c.acknowledged_at, seen.ts) AS acknowledged_at,
        coalesce(c.answer, convert_to(seen.body, 'UTF8')) AS answer
    FROM commands AS c
    LEFT JOIN LATERAL (
        SELECT e.ts, e.body::text AS body
        FROM events AS e
        WHERE c.topic LIKE 'cmnd/%' AND c.acknowledged_at IS NULL
            AND e.tenant_id = :?tenant AND e.device_id = :?device
            AND e.ts >= c.created_at AND e.ts <= c.expires_at
            AND e.body ->> 'topic' = 'stat' || substr(c.topic, 5)
        ORDER BY e.ts
        LIMIT 1) AS seen ON true
    WHERE c.tenant_id = :?tenant AND c.device_id = :?device
        AND (:?command::uuid IS NULL OR c.command_id = :?command::uuid)
        AND (c.created_at < :?createdBy
            OR c.created_at = :?createdBy AND (:?after::uuid IS NULL OR c.command_id > :?after::uuid))
    ORDER BY c.created_at DESC, c.command_id
    LIMIT :?rows) AS page ON true
WHERE tenant_id = :?tenant AND device_id = :?device
ORDER BY page.created_at DESC, command_id
