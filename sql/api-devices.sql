-- The devices of a tenant that are in service, or that no longer are, newest first, from a place in that order on.
SELECT
    page.device_id, page.label, page.device_type, page.site_id, page.zone_id, page.created_at, page.updated_at, page.tags,
    page.parameters, page.decommissioned_at, last_seen,
    coalesce(online AND (announces OR now() <= last_seen + patience(device_type, :?types::text[], :?silences::bigint[])), false) AS online
FROM (
    SELECT *
    FROM devices
    WHERE tenant_id = :?tenant AND (decommissioned_at IS NOT NULL) = :?decommissioned::boolean
        AND (created_at < :?createdBy OR created_at = :?createdBy AND device_id > :?afterDevice)
    ORDER BY created_at DESC, device_id
    LIMIT :?rows) AS page
LEFT JOIN presence USING (tenant_id, device_id)
ORDER BY page.created_at DESC, page.device_id
