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

-- How many devices a tenant may have, where the settings say as many as fallback.
CREATE OR REPLACE FUNCTION device_cap(tenant text, fallback int) RETURNS int
    LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT l.devices FROM tenant_limits l WHERE l.tenant_id = tenant), fallback)
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
