-- Forgets what was told of a site; no row where nothing was.
WITH gone AS (DELETE FROM sites WHERE tenant_id = :?tenant AND site_id = :?site RETURNING site_id)
SELECT site_id FROM gone
