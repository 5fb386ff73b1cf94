-- Stores what is told of a site; no row where there is an entry that is not to be replaced, or none of the expected version.
INSERT INTO sites (tenant_id, site_id, label, attributes)
SELECT :?tenant, :?site, :?label, :?attributes::jsonb
WHERE NOT :?mustExist::boolean OR EXISTS (SELECT FROM sites WHERE tenant_id = :?tenant AND site_id = :?site)
ON CONFLICT (tenant_id, site_id) DO UPDATE
SET label = excluded.label, attributes = excluded.attributes, updated_at = next_version(sites.updated_at)
WHERE :?replace::boolean AND (version_of(sites.updated_at) <> ALL (:?expected::bigint[])) IS NOT TRUE
RETURNING site_id, NULL::text AS zone_id, label, attributes, updated_at, xmax = 0 AS created
