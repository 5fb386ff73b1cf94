-- The windows of all devices of a site, a zone, or a zone of a site put together, newest first, from a place in that order on;
-- one row of nulls when there are none, no row when there is no device there. Of each device a page needs no more than its
-- own newest, because each of its windows is in one of the page's. In one order, so that the last digits stay what they are.
SELECT
    metric, start, count, moments[2] AS sum, float8_avg(moments) AS avg, min, max, float8_stddev_samp(moments) AS stddev,
    settled
FROM (
    SELECT
        metric, start, sum(count)::bigint AS count,
        CASE WHEN count(moments) = count(*) THEN pooled_moments(moments ORDER BY device_id) END AS moments,
        min(min) AS min, max(max) AS max, bool_and(settled) AS settled
    FROM devices
    LEFT JOIN LATERAL (
        SELECT *
        FROM newest_windows(
            :?width, tenant_id, device_id, :?from, :?beforeTime, :?beforeMetric, :?firstMetric, :?lastMetric, :?rows)
        WHERE has_windows(device_type, :?width)) AS newest ON true
    WHERE tenant_id = :?tenant
        AND (:?site::text IS NULL OR site_id = :?site::text)
        AND (:?zone::text IS NULL OR zone_id = :?zone::text)
    GROUP BY start, metric
    ORDER BY start DESC NULLS LAST, metric DESC
    LIMIT :?rows) AS page
ORDER BY start DESC NULLS LAST, metric DESC
