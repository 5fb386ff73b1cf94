-- The metrics that devices of a tenant have measured, by name, with how many devices have; with a site, those of that site.
SELECT metric AS sensor_type, max(unit) AS unit, count(*) AS devices, max(ts) AS newest
FROM latest
WHERE tenant_id = :?tenant AND metric > :?after
    AND (
        :?site::text IS NULL
        OR EXISTS (
            SELECT
            FROM devices AS d
            WHERE d.tenant_id = latest.tenant_id AND d.device_id = latest.device_id AND d.site_id = :?site))
GROUP BY metric
ORDER BY metric
LIMIT :?rows
