-- Forgets what was told of a zone; no row where nothing was.
WITH gone AS (
    DELETE FROM zones WHERE tenant_id = :?tenant AND site_id = :?site AND zone_id = :?zone RETURNING zone_id)
SELECT zone_id FROM gone
