-- How many messages of each tenant wait because they were beyond its limit, and since when the oldest does. After the 200 tenants
-- of which the most wait, the others are put together.
SELECT
    CASE WHEN place <= 200 THEN waits ELSE 'others' END AS tenant, sum(messages)::bigint AS messages,
    min(failed_at) AS since
FROM (
    SELECT tenant_id AS waits, count(*) AS messages, min(id) AS oldest, row_number() OVER (ORDER BY count(*) DESC, tenant_id) AS place
    FROM dead_letters
    WHERE waiting
    GROUP BY tenant_id) AS counted
JOIN dead_letters ON id = oldest
GROUP BY 1
