-- The limits of a tenant, null where it has none of its own, and what waits because it was beyond them.
SELECT messages_per_second, devices, api_calls_per_second, counted.waiting, oldest.failed_at AS waiting_since
FROM (
    SELECT count(*) AS waiting, min(id) AS first
    FROM dead_letters
    WHERE tenant_id = :?tenant AND waiting) AS counted
LEFT JOIN dead_letters AS oldest ON oldest.id = counted.first
LEFT JOIN tenant_limits ON tenant_limits.tenant_id = :?tenant
