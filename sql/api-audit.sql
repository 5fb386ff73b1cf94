-- What was to be changed of a tenant, the newest first, from an id on, with the first hundred rows that each request has changed.
-- A page ends with the changes that take it over the given number of bytes; its last row says whether there is more.
SELECT
    id, tenant_id, at, subject, role, method, path, query, status, address, times, coalesce(changes, '[]') AS changes,
    changes_in_all, more
FROM (
    SELECT
        *,
        sum(coalesce(octet_length(changes), 0)) OVER (newest ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before,
        lead(id) OVER newest IS NOT NULL AS more
    FROM (
        SELECT *
        FROM audit_log
        WHERE tenant_id = :?tenant
            AND id < :?before
            AND at >= :?from
            AND at < :?to
            AND (:?subject::text IS NULL OR subject = :?subject::text)
            AND (:?method::text IS NULL OR method = :?method::text)
        ORDER BY id DESC
        LIMIT :?rows) AS asked
    CROSS JOIN LATERAL (
        SELECT
            json_agg(json_build_object('changed', changed, 'before', before, 'after', after) ORDER BY place)
                FILTER (WHERE place <= 100)::text AS changes,
            count(*) AS changes_in_all
        FROM (
            SELECT changed, before, after, row_number() OVER (ORDER BY c.id) AS place
            FROM audit_changes AS c
            WHERE c.tenant_id = :?tenant AND c.request = asked.request) AS numbered) AS noted
    WINDOW newest AS (ORDER BY id DESC)) AS page
WHERE coalesce(bytes_before, 0) < :?bytes
ORDER BY id DESC
