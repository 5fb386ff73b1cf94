-- Which devices of a tenant are online, newest device first, from a place in that order on: since when, and why not.
SELECT
    device_id, label, device_type, site_id, zone_id, created_at, last_seen, status.online,
    CASE WHEN heard.online AND NOT status.online THEN silent_at ELSE heard.since END AS since,
    CASE
        WHEN status.online THEN NULL
        WHEN heard.online IS NULL THEN 'never'
        WHEN heard.online THEN 'silent'
        ELSE 'status'
    END AS reason
FROM devices
LEFT JOIN presence AS heard USING (tenant_id, device_id)
CROSS JOIN LATERAL (SELECT last_seen + patience(device_type, :?types::text[], :?silences::bigint[]) AS silent_at) AS silence
CROSS JOIN LATERAL (SELECT coalesce(heard.online AND (heard.announces OR now() <= silent_at), false) AS online) AS status
WHERE tenant_id = :?tenant AND decommissioned_at IS NULL
    AND (:?online::boolean IS NULL OR status.online = :?online::boolean)
    AND (:?site::text IS NULL OR site_id = :?site::text)
    AND (:?zone::text IS NULL OR zone_id = :?zone::text)
    AND (:?type::text IS NULL OR device_type = :?type::text)
    AND (created_at < :?createdBy OR created_at = :?createdBy AND device_id > :?afterDevice)
ORDER BY created_at DESC, device_id
LIMIT :?rows
