-- The devices of a tenant, newest first, from a place in that order on.
SELECT
    page.device_id, page.label, page.device_type, page.site_id, page.zone_id, page.created_at, last_seen,
    coalesce(online AND (announces OR now() <= last_seen + patience(device_type, :?types::text[], :?silences::bigint[])), false) AS online
FROM (
    SELECT *
    FROM devices
    WHERE tenant_id = :?tenant
        AND (created_at < :?createdBy OR created_at = :?createdBy AND device_id > :?afterDevice)
    ORDER BY created_at DESC, device_id
    LIMIT :?rows) AS page
LEFT JOIN presence USING (tenant_id, device_id)
ORDER BY page.created_at DESC, page.device_id
