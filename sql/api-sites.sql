-- The sites of a tenant by name, those that devices name and those that people have told of, with how many zones and devices
-- each has.
SELECT site_id, label, attributes, coalesce(named.zones, 0) AS zones, coalesce(named.devices, 0) AS devices
FROM (
    SELECT site_id, count(DISTINCT zone_id) AS zones, count(*) AS devices
    FROM devices
    WHERE tenant_id = :?tenant AND site_id > :?after AND decommissioned_at IS NULL
    GROUP BY site_id) AS named
FULL JOIN (
    SELECT site_id, label, attributes FROM sites WHERE tenant_id = :?tenant AND site_id > :?after) AS told USING (site_id)
ORDER BY site_id
LIMIT :?rows
