-- Forgets what was told of a zone, if it is of an expected version; answers what has become of it.
WITH known AS (
    SELECT updated_at FROM zones WHERE tenant_id = :?tenant AND site_id = :?site AND zone_id = :?zone FOR UPDATE),
gone AS (
    DELETE FROM zones USING known
    WHERE tenant_id = :?tenant AND site_id = :?site AND zone_id = :?zone
        AND (version_of(known.updated_at) <> ALL (:?expected::bigint[])) IS NOT TRUE
    RETURNING zone_id)
SELECT CASE
    WHEN EXISTS (SELECT FROM gone) THEN 'done' WHEN EXISTS (SELECT FROM known) THEN 'changed' ELSE 'missing' END AS outcome
