-- What two tenants have, for AccessMatrixTest: ids are the same, and what belongs to beta says so.
INSERT INTO devices (tenant_id, device_id, label, device_type, site_id, zone_id)
VALUES
    ('alpha', 'meter-1', 'a meter', 'smart_meter', 'north', 'hall'),
    ('alpha', 'breaker-1', 'a breaker', 'smart_breaker', 'north', 'hall'),
    ('beta', 'meter-1', 'of-beta-only', 'smart_meter', 'of-beta-only', 'of-beta-only'),
    ('beta', 'breaker-1', 'of-beta-only', 'smart_breaker', 'of-beta-only', 'of-beta-only'),
    ('beta', '1', 'of-beta-only', 'smart_breaker', 'of-beta-only', 'of-beta-only');
INSERT INTO devices (tenant_id, device_id, label, device_type)
SELECT 'tenant-' || i, 'd', 'tenant-' || i, 'unknown' FROM generate_series(1, 50) AS i;
INSERT INTO presence (tenant_id, device_id, last_seen, online, ts, seq, since)
SELECT tenant_id, device_id, now(), true, now(), 1, now() FROM devices;
INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, quality)
SELECT tenant_id, device_id, CASE tenant_id WHEN 'beta' THEN 'of-beta-only' ELSE 'energy' END, now(), 1, 1, 0 FROM devices;
INSERT INTO latest (tenant_id, device_id, metric, ts, seq, value, quality)
SELECT tenant_id, device_id, metric, ts, seq, value, quality FROM readings;
INSERT INTO events (tenant_id, device_id, ts, seq, kind, body)
SELECT tenant_id, device_id, now(), 1, 'event', json_build_object('of', CASE tenant_id WHEN 'beta' THEN 'of-beta-only' END)
FROM devices;
INSERT INTO trend_statistics (tenant_id, device_id, metric, ts, seq, value, avg, min, max)
SELECT tenant_id, device_id, metric, ts, seq, 1, 1, 1, 1 FROM readings;
INSERT INTO dead_letters (
    origin_topic, origin_partition, origin_offset, tenant_id, device_id, stage, reason, detail, failed_at, payload, payload_length)
SELECT 'iot.raw', 0, row_number() OVER (), tenant_id, device_id, 'enrich', 'malformed-json', 'of-beta-only', now(), 'x', 1
FROM devices
WHERE tenant_id = 'beta';
INSERT INTO f2_templates (tenant_id, template_id, name) VALUES ('beta', '1', 'of-beta-only');
INSERT INTO f2_controllers (tenant_id, controller_id, name) VALUES ('beta', '1', 'of-beta-only');
INSERT INTO ledger (tenant_id, topic, partition, forwarded) VALUES ('beta', 'iot.enriched', 0, 5);
INSERT INTO applications (tenant_id, name, version, developer, contact_email, devicetypes, key_sha256)
SELECT tenant, name, '1', name, name || '@example.com', '{smart_meter,energy}', sha256(tenant::bytea)
FROM (VALUES ('alpha', 'an application'), ('beta', 'of-beta-only')) AS each (tenant, name);
