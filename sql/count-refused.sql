-- Counts a message that became a dead letter in the store.
SELECT count_messages(
    NULL,
    NULL,
    :?topic::text,
    :?parts::int[],
    :?starts::bigint[],
    :?ends::bigint[],
    :?partitions::int[],
    :?offsets::bigint[],
    :?losses::bigint[],
    :?owners::text[],
    :?originPartitions::int[],
    :?originOffsets::bigint[]) AS stored
