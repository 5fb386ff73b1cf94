-- Stores the readings and events of a batch, each identity once and each event id once, whichever delivery came first, and
-- counts its messages in the ledger; messages that are replays resolve their dead letters. All of it, or nothing. Answers the number of new readings
-- as "stored", and that of dead letters as "resolved".
SELECT count_messages(
    insert_readings_once(
        :?tenants::text[],
        :?devices::text[],
        :?metrics::text[],
        :?timestamps::bigint[],
        :?sequences::bigint[],
        :?values::float8[],
        :?units::text[],
        :?qualities::smallint[],
        :?messages::int[],
        :?idTenants::text[],
        :?ids::uuid[],
        :?idMessages::int[]),
    insert_events(
        :?eventTenants::text[],
        :?eventDevices::text[],
        :?eventTimestamps::bigint[],
        :?eventSequences::bigint[],
        :?eventKinds::text[],
        :?eventBodies::text[],
        :?eventMessages::int[]),
    follow_log(:?topic::text, :?turnPartitions::int[], :?turnEpochs::int[], :?turnOffsets::bigint[]),
    :?parts::int[],
    :?starts::bigint[],
    :?ends::bigint[],
    :?partitions::int[],
    :?offsets::bigint[],
    :?losses::bigint[],
    :?owners::text[],
    :?originPartitions::int[],
    :?originOffsets::bigint[]) AS stored,
    resolve_replays(:?replayed::bigint[], :?replayNumbers::int[]) AS resolved
