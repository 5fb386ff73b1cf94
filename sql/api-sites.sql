-- The sites of a tenant by name, with how many zones and devices each has.
SELECT site_id, count(DISTINCT zone_id) AS zones, count(*) AS devices
FROM devices
WHERE tenant_id = :?tenant AND site_id > :?after
GROUP BY site_id
ORDER BY site_id
LIMIT :?rows
