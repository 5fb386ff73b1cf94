-- What a tenant may use, and who has changed what (docs/security.md).

-- Of a tenant that has no row, or null in it, the settings caravan.limits.* and caravan.devices.cap hold.
CREATE TABLE tenant_limits (
    tenant_id text PRIMARY KEY,
    messages_per_second int CHECK (messages_per_second >= 0),
    devices int CHECK (devices >= 0),
    api_calls_per_second int CHECK (api_calls_per_second >= 1)
);
SELECT isolate_tenants('tenant_limits');
GRANT SELECT, INSERT, UPDATE ON tenant_limits TO caravan_api;
GRANT SELECT ON tenant_limits TO caravan_writer;

-- Finds the asked devices or adds them, and answers one row for each that the directory then holds. A tenant gets no more
-- than cap devices, or what tenant_limits has for it; those beyond it, in the order asked, are answered with nothing. Those that were added without a type get
-- the one asked with, if it is one. Sessions that ask at once agree on one row per device and keep the cap together.
CREATE OR REPLACE FUNCTION provision_devices(
    tenants text[], devices text[], labels text[], types text[], sites text[], zones text[], cap int)
    RETURNS TABLE (
        tenant_id text, device_id text, label text, device_type text, site_id text, zone_id text, created_at timestamptz,
        auto_provisioned boolean)
    LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    short_tenant text;
BEGIN
    -- One tenant's additions wait for each other, in one order so that two sessions never wait in a circle. Each
    -- statement below sees what the session before committed; a single statement would count by its older snapshot.
    FOR short_tenant IN
        SELECT DISTINCT asked.tenant
        FROM unnest(tenants, devices) AS asked (tenant, device)
        WHERE NOT EXISTS (SELECT FROM devices d WHERE d.tenant_id = asked.tenant AND d.device_id = asked.device)
        ORDER BY 1
    LOOP
        PERFORM pg_advisory_xact_lock(hashtext('caravan devices'), hashtext(short_tenant));
        INSERT INTO devices (tenant_id, device_id, label, device_type, site_id, zone_id, auto_provisioned)
        SELECT short_tenant, added.device, added.label, added.type, added.site, added.zone, true
        FROM (
            SELECT DISTINCT ON (asked.device) asked.*
            FROM unnest(tenants, devices, labels, types, sites, zones) WITH ORDINALITY
                AS asked (tenant, device, label, type, site, zone, place)
            WHERE asked.tenant = short_tenant
                AND NOT EXISTS (SELECT FROM devices d WHERE d.tenant_id = short_tenant AND d.device_id = asked.device)
            ORDER BY asked.device, asked.place
        ) AS added
        ORDER BY added.place
        LIMIT greatest(
            0,
            coalesce((SELECT l.devices FROM tenant_limits l WHERE l.tenant_id = short_tenant), cap)
                - (SELECT count(*) FROM devices d WHERE d.tenant_id = short_tenant))
        ON CONFLICT DO NOTHING;
    END LOOP;
    -- Locked in one order, for the same reason.
    PERFORM FROM devices d
        WHERE d.device_type = 'unknown' AND d.auto_provisioned
            AND EXISTS (
                SELECT FROM unnest(tenants, devices, types) AS asked (tenant, device, type)
                WHERE asked.tenant = d.tenant_id AND asked.device = d.device_id AND asked.type <> 'unknown')
        ORDER BY d.tenant_id, d.device_id
        FOR NO KEY UPDATE;
    IF FOUND THEN
        UPDATE devices d SET device_type = told.type, updated_at = now()
        FROM (
            SELECT DISTINCT ON (asked.tenant, asked.device) asked.*
            FROM unnest(tenants, devices, types) WITH ORDINALITY AS asked (tenant, device, type, place)
            WHERE asked.type <> 'unknown'
            ORDER BY asked.tenant, asked.device, asked.place
        ) AS told
        WHERE d.tenant_id = told.tenant AND d.device_id = told.device AND d.device_type = 'unknown' AND d.auto_provisioned;
    END IF;
    RETURN QUERY
        SELECT d.tenant_id, d.device_id, d.label, d.device_type, d.site_id, d.zone_id, d.created_at, d.auto_provisioned
        FROM (SELECT DISTINCT asked.tenant, asked.device FROM unnest(tenants, devices) AS asked (tenant, device)) AS asked
        JOIN devices d ON d.tenant_id = asked.tenant AND d.device_id = asked.device;
END
$$;

-- Requests that were to change something. tenant_id is '/', which no tenant is called, where nobody has signed in. A row stands
-- for several refused requests that were alike; at is when the first of them was.
CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id text NOT NULL,
    at timestamptz NOT NULL,
    subject text,
    role text,
    method text NOT NULL,
    path text NOT NULL,
    query text,
    status smallint NOT NULL,
    address text NOT NULL,
    times int NOT NULL DEFAULT 1
);
CREATE INDEX audit_log_newest ON audit_log (tenant_id, id DESC);
CREATE INDEX audit_log_oldest ON audit_log (at);
SELECT isolate_tenants('audit_log');
GRANT SELECT, INSERT ON audit_log TO caravan_api;

-- Roles have no right to change it either; this is for whoever has.
CREATE FUNCTION keep_audit_log() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('caravan.forget_audit', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'audit_log is only ever added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER keep_audit_log BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_log();

-- Deletes what is older than an age of a day or more, at most 100,000 rows; answers how many.
CREATE FUNCTION forget_audit(age interval) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    forgotten bigint;
BEGIN
    IF age < interval '1 day' THEN
        RAISE EXCEPTION 'audit_log is kept for a day or longer';
    END IF;
    PERFORM set_config('caravan.forget_audit', 'on', true);
    DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE at < now() - age ORDER BY at LIMIT 100000);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    PERFORM set_config('caravan.forget_audit', '', true);
    RETURN forgotten;
END
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION forget_audit(interval) SET search_path = %I, pg_temp', current_schema);
END
$$;
REVOKE ALL ON FUNCTION forget_audit(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_audit(interval) TO caravan_writer;
