-- What was to be changed of a tenant, the newest first, from an id on.
SELECT id, tenant_id, at, subject, role, method, path, query, status, address, times
FROM audit_log
WHERE tenant_id = :?tenant
    AND id < :?before
    AND at >= :?from
    AND at < :?to
    AND (:?subject::text IS NULL OR subject = :?subject::text)
    AND (:?method::text IS NULL OR method = :?method::text)
ORDER BY id DESC
LIMIT :?rows
