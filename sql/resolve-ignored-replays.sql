-- Notes the replays of messages that their dialect has come to ignore: they have succeeded.
SELECT resolve_replays(:?ignored::bigint[], :?ignoredNumbers::int[]) AS resolved
