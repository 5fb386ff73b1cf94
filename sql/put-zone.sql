-- Stores what is told of a zone; no row where there is an entry that is not to be replaced, or none of the expected version.
INSERT INTO zones (tenant_id, site_id, zone_id, label, attributes)
SELECT :?tenant, :?site, :?zone, :?label, :?attributes::jsonb
WHERE NOT :?mustExist::boolean
    OR EXISTS (SELECT FROM zones WHERE tenant_id = :?tenant AND site_id = :?site AND zone_id = :?zone)
ON CONFLICT (tenant_id, site_id, zone_id) DO UPDATE
SET label = excluded.label, attributes = excluded.attributes, updated_at = next_version(zones.updated_at)
WHERE :?replace::boolean AND (version_of(zones.updated_at) <> ALL (:?expected::bigint[])) IS NOT TRUE
RETURNING site_id, zone_id, label, attributes, updated_at, xmax = 0 AS created
