-- The certificates of edge nodes that counted before an offset: the newest of the node, and of each device the newest after it.
SELECT
    birth.origin_partition, birth.origin_offset, birth.received_by, birth.tenant_id, birth.node, birth.device, birth.kind,
    birth.bd_seq, birth.hash,
    (extract(epoch FROM birth.received_at) * 1000000)::bigint AS received,
    (extract(epoch FROM birth.since) * 1000000)::bigint AS since,
    birth.metrics::text AS metrics
FROM unnest(:?partitions::int[], :?before::bigint[], :?receivers::text[], :?tenants::text[], :?nodes::text[])
    AS asked (number, before, receiver, tenant, name)
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (known.device) known.*
    FROM sparkplug_births AS known
    WHERE known.node = name
        AND known.tenant_id = tenant
        AND known.received_by = receiver
        AND known.origin_partition = number
        AND known.origin_offset < before
        AND known.origin_offset >= coalesce((
            SELECT max(own.origin_offset)
            FROM sparkplug_births AS own
            WHERE own.node = name
                AND own.tenant_id = tenant
                AND own.received_by = receiver
                AND own.origin_partition = number
                AND own.device = ''
                AND own.origin_offset < before), 0)
    ORDER BY known.device, known.origin_offset DESC) AS birth
ORDER BY birth.origin_partition, birth.origin_offset
