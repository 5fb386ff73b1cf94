-- Keeps one row for each refused message. A newer failure of the same message adds to its attempts and replaces the reason;
-- a failure that is already counted, or older than what is stored, changes nothing. A replay has the row of its dead letter
-- (fail-replays.sql), as long as there is that one. With wait, those beyond the limit of their tenant wait for room.
INSERT INTO dead_letters AS stored (
    origin_topic, origin_partition, origin_offset, origin_part, stamped_at, tenant_id, device_id, dialect, topic, stage, reason, detail, attempts,
    received_at, failed_at, headers, payload, payload_length, payload_sha256,
    record_key, enriched, waiting)
SELECT DISTINCT ON (origin, origin_partition, origin_place, part, stamped)
    origin,
    origin_partition,
    origin_place,
    part,
    moment(stamped),
    tenant,
    device,
    dialect,
    topic,
    stage,
    reason,
    coalesce(detail, ''),
    -- a batch may hold several failures of one message: the newest counts them all
    dense_rank() OVER (PARTITION BY origin, origin_partition, origin_place, part, stamped ORDER BY failed),
    moment(received),
    moment(failed),
    coalesce(headers, '{}')::json,
    coalesce(payload, ''),
    coalesce(length, 0),
    sha256,
    record_key,
    coalesce(is_enriched, false),
    -- one of which not all was kept cannot be replayed
    :?wait AND reason = 'over-quota' AND coalesce(length, 0) = octet_length(coalesce(payload, ''))
FROM unnest(
    :?originTopics::text[],
    :?originPartitions::int[],
    :?originOffsets::bigint[],
    :?originParts::int[],
    :?stampedTimes::bigint[],
    :?tenants::text[],
    :?devices::text[],
    :?dialects::text[],
    :?topics::text[],
    :?stages::text[],
    :?reasons::text[],
    :?details::text[],
    :?receivedTimes::bigint[],
    :?failedTimes::bigint[],
    :?headers::text[],
    :?payloads::bytea[],
    :?payloadLengths::bigint[],
    :?payloadHashes::text[],
    :?recordKeys::text[],
    :?enriched::boolean[],
    :?replayed::bigint[],
    :?replayNumbers::int[])
    AS batch (
        origin, origin_partition, origin_place, part, stamped, tenant, device, dialect, topic, stage, reason, detail, received, failed,
        headers, payload, length, sha256, record_key, is_enriched, replay_letter, replay_number)
WHERE NOT EXISTS (
    SELECT FROM dead_letters AS known
    WHERE known.origin_topic = origin
        AND known.origin_partition = batch.origin_partition
        AND known.origin_offset = origin_place
        AND known.origin_part IS NOT DISTINCT FROM part
        AND known.stamped_at IS NOT DISTINCT FROM moment(stamped)
        AND known.failed_at >= moment(failed))
    AND NOT EXISTS (
        SELECT FROM dead_letters AS replayed
        WHERE replayed.id = replay_letter AND replay_number BETWEEN 1 AND replayed.replays)
ORDER BY origin, origin_partition, origin_place, part, stamped, failed DESC
ON CONFLICT (origin_topic, origin_partition, origin_offset, stamped_at, origin_part) DO UPDATE
SET attempts = stored.attempts + excluded.attempts,
    stage = excluded.stage,
    reason = excluded.reason,
    detail = excluded.detail,
    failed_at = excluded.failed_at
WHERE stored.failed_at < excluded.failed_at
