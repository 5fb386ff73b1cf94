-- Replaces the limits of a tenant, and answers them with what waits because it was beyond them.
WITH stored AS (
    INSERT INTO tenant_limits (tenant_id, messages_per_second, devices, api_calls_per_second)
    VALUES (:?tenant, :?messages_per_second::int, :?devices::int, :?api_calls_per_second::int)
    ON CONFLICT (tenant_id) DO UPDATE SET
        messages_per_second = excluded.messages_per_second,
        devices = excluded.devices,
        api_calls_per_second = excluded.api_calls_per_second
    RETURNING messages_per_second, devices, api_calls_per_second)
SELECT messages_per_second, stored.devices, api_calls_per_second, counted.waiting, oldest.failed_at AS waiting_since
FROM stored
CROSS JOIN (
    SELECT count(*) AS waiting, min(id) AS first
    FROM dead_letters
    WHERE tenant_id = :?tenant AND waiting) AS counted
LEFT JOIN dead_letters AS oldest ON oldest.id = counted.first
