-- What became of the messages of a tenant in the store.
SELECT
    coalesce(sum(forwarded), 0)::bigint AS forwarded,
    coalesce(sum(dead_lettered), 0)::bigint AS dead_lettered,
    coalesce(sum(duplicates), 0)::bigint AS duplicates
FROM ledger
WHERE topic = :?topic AND tenant_id = :?tenant
