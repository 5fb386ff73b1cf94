-- Drops certificates whose successor is older than what is to be kept: no message that young was decoded by them.
DELETE FROM sparkplug_births AS old
WHERE old.received_at < now() - :?keep::interval
    AND EXISTS (
        SELECT
        FROM sparkplug_births AS newer
        WHERE newer.node = old.node
            AND newer.tenant_id = old.tenant_id
            AND newer.received_by = old.received_by
            AND newer.origin_partition = old.origin_partition
            AND newer.device IN ('', old.device)
            AND newer.origin_offset > old.origin_offset
            AND newer.received_at < now() - :?keep::interval)
