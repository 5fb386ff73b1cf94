-- The limits of a tenant, null where it has none of its own, and what waits because it was beyond them.
SELECT messages_per_second, devices, api_calls_per_second, waiting, waiting_since
FROM (
    SELECT count(*) AS waiting, min(failed_at) AS waiting_since
    FROM dead_letters
    WHERE tenant_id = :?tenant AND waiting) AS counted
LEFT JOIN tenant_limits ON tenant_id = :?tenant
