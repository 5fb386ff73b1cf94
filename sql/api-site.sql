-- A site of a tenant, with what people have told of it and how many zones and devices it has; no row where neither people nor
-- devices name it.
SELECT :?site::text AS site_id, label, attributes, updated_at, zones, devices
FROM (
    SELECT count(DISTINCT zone_id) AS zones, count(*) AS devices
    FROM devices
    WHERE tenant_id = :?tenant AND site_id = :?site AND decommissioned_at IS NULL) AS named
LEFT JOIN (SELECT label, attributes, updated_at FROM sites WHERE tenant_id = :?tenant AND site_id = :?site) AS told ON true
WHERE devices > 0 OR updated_at IS NOT NULL
