-- Stores what is told of a site; no row where there is an entry that is not to be replaced.
INSERT INTO sites (tenant_id, site_id, label, attributes)
VALUES (:?tenant, :?site, :?label, :?attributes::jsonb)
ON CONFLICT (tenant_id, site_id) DO UPDATE
SET label = excluded.label, attributes = excluded.attributes, updated_at = clock_timestamp()
WHERE :?replace::boolean
RETURNING site_id, NULL::text AS zone_id, label, attributes, updated_at, xmax = 0 AS created
