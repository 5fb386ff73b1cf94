-- The zones of a tenant by site and name, with how many devices each has; with a site, those of that site. A zone without a
-- site has the empty text for it.
SELECT coalesce(site_id, '') AS site_id, zone_id, count(*) AS devices
FROM devices
WHERE tenant_id = :?tenant AND zone_id IS NOT NULL
    AND (:?site::text IS NULL OR site_id = :?site)
    AND (coalesce(site_id, ''), zone_id) > (:?afterSite::text COLLATE "C", :?after::text COLLATE "C")
GROUP BY 1, 2
ORDER BY 1, 2
LIMIT :?rows
