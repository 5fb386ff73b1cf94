-- Forgets what was told of a site, if it is of an expected version; answers what has become of it.
WITH known AS (
    SELECT updated_at FROM sites WHERE tenant_id = :?tenant AND site_id = :?site FOR UPDATE),
gone AS (
    DELETE FROM sites USING known
    WHERE tenant_id = :?tenant AND site_id = :?site
        AND (version_of(known.updated_at) <> ALL (:?expected::bigint[])) IS NOT TRUE
    RETURNING site_id)
SELECT CASE
    WHEN EXISTS (SELECT FROM gone) THEN 'done' WHEN EXISTS (SELECT FROM known) THEN 'changed' ELSE 'missing' END AS outcome
