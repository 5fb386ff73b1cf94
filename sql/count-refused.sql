-- Counts a message that became a dead letter in the store.
SELECT count_messages(
    NULL,
    NULL,
    follow_log(:?topic::text, :?turnPartitions::int[], :?turnEpochs::int[], :?turnOffsets::bigint[]),
    :?parts::int[],
    :?starts::bigint[],
    :?ends::bigint[],
    :?partitions::int[],
    :?offsets::bigint[],
    :?losses::bigint[],
    :?owners::text[],
    :?originPartitions::int[],
    :?originOffsets::bigint[]) AS stored
