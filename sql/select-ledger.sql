-- The totals of every partition of a topic that the store has counted, as of one moment.
SELECT
    p.partition,
    p.first,
    p.next,
    p.gaps,
    p.lost,
    coalesce(sum(l.forwarded), 0)::bigint AS forwarded,
    coalesce(sum(l.dead_lettered), 0)::bigint AS dead_lettered,
    coalesce(sum(l.duplicates), 0)::bigint AS duplicates,
    coalesce(sum(l.repeated), 0)::bigint AS repeated
FROM ledger_positions AS p LEFT JOIN ledger AS l USING (topic, partition)
WHERE p.topic = ?
GROUP BY p.topic, p.partition
