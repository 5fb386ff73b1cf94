-- A zone of a site of a tenant, or of none, which is the empty text, with what people have told of it and how many devices it
-- has; no row where neither people nor devices name it.
SELECT :?site::text AS site_id, :?zone::text AS zone_id, label, attributes, updated_at, devices
FROM (
    SELECT count(*) AS devices
    FROM devices
    WHERE tenant_id = :?tenant AND coalesce(site_id, '') = :?site AND zone_id = :?zone AND decommissioned_at IS NULL) AS named
LEFT JOIN (
    SELECT label, attributes, updated_at
    FROM zones
    WHERE tenant_id = :?tenant AND site_id = :?site AND zone_id = :?zone) AS told ON true
WHERE devices > 0 OR updated_at IS NOT NULL
