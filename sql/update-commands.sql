-- Notes what has become of commands. What is told of a command that its device does not have is passed over.
UPDATE commands AS c
SET delivered_at = coalesce(c.delivered_at, told.delivered),
    acknowledged_at = coalesce(c.acknowledged_at, told.acknowledged),
    expired_at = coalesce(c.expired_at, told.expired),
    answer = CASE WHEN c.acknowledged_at IS NULL THEN told.answer ELSE c.answer END
FROM (
    SELECT
        id, tenant, device,
        min(moment) FILTER (WHERE state = 'delivered') AS delivered,
        min(moment) FILTER (WHERE state = 'acknowledged') AS acknowledged,
        min(moment) FILTER (WHERE state = 'expired') AS expired,
        (array_agg(answer ORDER BY moment) FILTER (WHERE state = 'acknowledged'))[1] AS answer
    FROM (
        SELECT id, tenant, device, state, 'epoch'::timestamptz + at * interval '1 microsecond' AS moment, answer
        FROM unnest(
            :?ids::uuid[], :?tenants::text[], :?devices::text[], :?states::text[], :?times::bigint[], :?answers::bytea[])
            AS t (id, tenant, device, state, at, answer)) AS single
    GROUP BY id, tenant, device) AS told
WHERE c.command_id = told.id AND c.tenant_id = told.tenant AND c.device_id = told.device
