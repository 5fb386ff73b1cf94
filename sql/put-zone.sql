-- Stores what is told of a zone; no row where there is an entry that is not to be replaced.
INSERT INTO zones (tenant_id, site_id, zone_id, label, attributes)
VALUES (:?tenant, :?site, :?zone, :?label, :?attributes::jsonb)
ON CONFLICT (tenant_id, site_id, zone_id) DO UPDATE
SET label = excluded.label, attributes = excluded.attributes, updated_at = clock_timestamp()
WHERE :?replace::boolean
RETURNING site_id, zone_id, label, attributes, updated_at, xmax = 0 AS created
