-- Keeps the certificates of a batch. A place that is there already holds the same, unless iot.raw was made anew: then the new one
-- counts, and what the node said before it at later places of the old topic is gone.
WITH batch AS (
    SELECT *
    FROM unnest(
        :?partitions::int[],
        :?offsets::bigint[],
        :?receivers::text[],
        :?tenants::text[],
        :?nodes::text[],
        :?devices::text[],
        :?kinds::int[],
        :?bdSeqs::bigint[],
        :?hashes::bigint[],
        :?received::bigint[],
        :?since::bigint[],
        :?metrics::text[])
        AS batch (number, place, receiver, tenant, name, part, what, bd, code, heard, began, declared)
), gone AS (
    DELETE FROM sparkplug_births AS old
    USING batch
    WHERE old.node = name
        AND old.tenant_id = tenant
        AND old.received_by = receiver
        AND old.origin_partition = number
        AND old.origin_offset > place
        AND old.received_at < moment(heard)
        AND NOT EXISTS (
            SELECT FROM batch AS other
            WHERE other.number = old.origin_partition AND other.place = old.origin_offset)
)
INSERT INTO sparkplug_births (
    origin_partition, origin_offset, received_by, tenant_id, node, device, kind, bd_seq, hash, received_at, since, metrics)
SELECT number, place, receiver, tenant, name, part, what, bd, code, moment(heard), moment(began), declared::json
FROM batch
ON CONFLICT (origin_partition, origin_offset) DO UPDATE
SET received_by = excluded.received_by, tenant_id = excluded.tenant_id, node = excluded.node, device = excluded.device,
    kind = excluded.kind, bd_seq = excluded.bd_seq, hash = excluded.hash, received_at = excluded.received_at,
    since = excluded.since, metrics = excluded.metrics
