-- A row of alpha and one of beta in every table that two-tenants.sql leaves without, for tests that look at all of them; and one
-- in each table of no tenant. What belongs to beta says so.
CREATE TEMPORARY TABLE each_tenant AS
SELECT * FROM (VALUES ('alpha', 'a', 1), ('beta', 'of-beta-only', 2)) AS each (tenant, said, number);

INSERT INTO latest (tenant_id, device_id, metric, ts, seq, value, quality)
SELECT tenant, 'elsewhere', said, now(), 1, 1, 0 FROM each_tenant;
INSERT INTO dead_letters (
    origin_topic, origin_partition, origin_offset, tenant_id, device_id, dialect, topic, stage, reason, detail, received_at,
    failed_at, payload, payload_length, replay, replayed_at, replays)
SELECT 'iot.raw', 1, number, tenant, 'meter-1', 'iot', 'iot/meter-1/raw', 'enrich', 'malformed-json', said, now(), now(), '{', 1,
    number, now(), 1
FROM each_tenant;
INSERT INTO windows (tenant_id, device_id, metric, width, start, revision, count, sum, avg, min, max, stddev, m2, first, last)
SELECT tenant, 'meter-1', said, 60, date_trunc('minute', now()), nextval('window_revision'), 2, 3, 1.5, 1, 2, 0.5, 0.5, 1, 2
FROM each_tenant;
INSERT INTO window_marks (start, tenant_id, device_id) SELECT now(), tenant, 'meter-1' FROM each_tenant;
INSERT INTO window_retyped (tenant_id, device_id) SELECT tenant, 'meter-1' FROM each_tenant;
INSERT INTO window_widths (width) VALUES (60) ON CONFLICT DO NOTHING;
INSERT INTO window_types (device_type, width) VALUES ('smart_meter', 60);
INSERT INTO ledger_positions (topic, partition, first, next) VALUES ('iot.enriched', 0, 0, 5);
INSERT INTO ledger (tenant_id, topic, partition, forwarded)
SELECT tenant, 'iot.enriched', 0, 5 FROM each_tenant ON CONFLICT DO NOTHING;
INSERT INTO event_ids (event_id, tenant_id) SELECT gen_random_uuid(), tenant FROM each_tenant;
INSERT INTO ingest_requests (tenant_id, idempotency_key, received_at, request_id, body_sha256, accepted)
SELECT tenant, said, now(), gen_random_uuid(), sha256(''), 1 FROM each_tenant;
INSERT INTO f2_templates (tenant_id, template_id, name, model, description, device_type)
SELECT tenant, 'power', said, 'm', 'd', 'smart_meter' FROM each_tenant;
INSERT INTO f2_data_points (tenant_id, template_id, place, label, format, byte_offset, length)
SELECT tenant, 'power', 1, said, 'Uint16', 0, 2 FROM each_tenant;
INSERT INTO f2_controllers (tenant_id, controller_id, name) SELECT tenant, 'controller-' || number, said FROM each_tenant;
INSERT INTO f2_pins (tenant_id, controller_id, connector, pin, template_id, name)
SELECT tenant, 'controller-' || number, 1, 2, 'power', said FROM each_tenant;
INSERT INTO sparkplug_births (
    origin_partition, origin_offset, received_by, tenant_id, node, device, kind, hash, received_at, since, metrics)
SELECT 0, number, '', tenant, 'node', '', 0, 0, now(), now(), '[]' FROM each_tenant;
SELECT claim_topic_prefixes(tenant, ARRAY['site-' || number]) FROM each_tenant;
SELECT create_mqtt_user(tenant, 'meter-1', tenant || '-meter-1', sha256(tenant::bytea), NULL) FROM each_tenant;
SELECT create_mqtt_gateway(
    tenant, tenant || '-gateway', said, sha256(said::bytea), NULL, '{breaker-1}', ARRAY['site-' || number])
FROM each_tenant;
INSERT INTO provisioning_keys (tenant_id, key_sha256) SELECT tenant, sha256(tenant::bytea) FROM each_tenant;
INSERT INTO sites (tenant_id, site_id, label, attributes)
SELECT tenant, 'north', said, json_build_object('said', said)::jsonb FROM each_tenant;
INSERT INTO zones (tenant_id, site_id, zone_id, label, attributes)
SELECT tenant, site, 'hall', said, json_build_object('said', said)::jsonb
FROM each_tenant, unnest(ARRAY['north', '']) AS site;
INSERT INTO commands (
    command_id, tenant_id, device_id, topic, content_type, payload, created_by, expires_at, sent_at, delivered_at,
    acknowledged_at, answer)
SELECT ('00000000-0000-4000-8000-00000000000' || number)::uuid, tenant, 'meter-1', 'iot/' || tenant || '/meter-1/commands',
    'application/json', '{}', 'operator', now() + interval '1 hour', now(), now(), now(), said::bytea
FROM each_tenant;
INSERT INTO tenant_limits (tenant_id, messages_per_second, devices, api_calls_per_second)
SELECT tenant, 1000, 1000, 100000 FROM each_tenant;
INSERT INTO audit_log (tenant_id, at, subject, role, method, path, query, status, address)
SELECT tenant, now(), said, 'operator', 'DELETE', '/api/sites/x', 'site=x', 204, '127.0.0.1' FROM each_tenant;
INSERT INTO audit_changes (request, tenant_id, changed, before, after)
SELECT gen_random_uuid(), tenant, 'sites/x', '{"label": "x"}', NULL FROM each_tenant;
INSERT INTO waiting_tenants (tenant_id, seen_at, counted, under_way, room) SELECT tenant, now(), 0, 0, 0 FROM each_tenant;
