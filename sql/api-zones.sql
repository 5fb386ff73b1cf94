-- The zones of a tenant by site and name, those that devices name and those that people have told of, with how many devices
-- each has; with a site, those of that site. A zone without a site has the empty text for it.
SELECT site_id, zone_id, label, attributes, coalesce(named.devices, 0) AS devices
FROM (
    SELECT coalesce(site_id, '') AS site_id, zone_id, count(*) AS devices
    FROM devices
    WHERE tenant_id = :?tenant AND zone_id IS NOT NULL AND decommissioned_at IS NULL
        AND (:?site::text IS NULL OR site_id = :?site)
        AND (coalesce(site_id, ''), zone_id) > (:?afterSite::text COLLATE "C", :?after::text COLLATE "C")
    GROUP BY 1, 2) AS named
FULL JOIN (
    SELECT site_id, zone_id, label, attributes
    FROM zones
    WHERE tenant_id = :?tenant
        AND (:?site::text IS NULL OR site_id = :?site)
        AND (site_id, zone_id) > (:?afterSite::text COLLATE "C", :?after::text COLLATE "C")) AS told
    USING (site_id, zone_id)
ORDER BY site_id, zone_id
LIMIT :?rows
