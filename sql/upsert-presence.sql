-- Moves the time a device was last heard of forward, never back. The batch holds a device once, sorted by key.
INSERT INTO presence AS stored (tenant_id, device_id, last_seen)
SELECT tenant, device, moment(micros)
FROM unnest(:?tenants::text[], :?devices::text[], :?timestamps::bigint[]) AS batch (tenant, device, micros)
ON CONFLICT (tenant_id, device_id) DO UPDATE
SET last_seen = excluded.last_seen
WHERE stored.last_seen < excluded.last_seen
