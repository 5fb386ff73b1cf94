-- Gateways have a version, as devices have.

ALTER TABLE mqtt_users ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
GRANT SELECT (updated_at) ON mqtt_users TO caravan_api;

CREATE FUNCTION mqtt_user_has_next_version() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    new.updated_at := next_version(old.updated_at);
    RETURN new;
END
$$;
CREATE TRIGGER next_version BEFORE UPDATE ON mqtt_users
    FOR EACH ROW WHEN (old IS DISTINCT FROM new) EXECUTE FUNCTION mqtt_user_has_next_version();

-- Whether a gateway is there and at none of the expected versions; it stays as it is until the transaction ends.
CREATE FUNCTION gateway_has_changed(tenant text, name text, expected bigint[]) RETURNS boolean
    LANGUAGE plpgsql AS $$
DECLARE
    version bigint;
BEGIN
    -- before the rows of users, as all who change gateways take it
    PERFORM pg_advisory_xact_lock(hashtext('caravan topic prefixes'));
    SELECT version_of(u.updated_at) INTO version FROM mqtt_users u
    WHERE u.tenant_id = tenant AND u.user_name = name AND u.kind = 'gateway'
    FOR NO KEY UPDATE;
    RETURN coalesce(version <> ALL (expected), false);
END
$$;

-- As change_gateway without expected versions; outcome is 'changed' where it is at none of them.
CREATE FUNCTION change_gateway(
    tenant text, name text, change jsonb, wide boolean, expected bigint[], OUT outcome text, OUT culprit text)
    LANGUAGE plpgsql AS $$
BEGIN
    IF gateway_has_changed(tenant, name, expected) THEN
        outcome := 'changed';
    ELSE
        SELECT c.outcome, c.culprit INTO outcome, culprit FROM change_gateway(tenant, name, change, wide) AS c;
    END IF;
END
$$;

-- Removes a gateway; answers 'done', 'missing', or 'changed' where it is at none of the expected versions.
CREATE FUNCTION remove_gateway(tenant text, name text, expected bigint[]) RETURNS text
    LANGUAGE plpgsql AS $$
BEGIN
    IF gateway_has_changed(tenant, name, expected) THEN
        RETURN 'changed';
    END IF;
    RETURN CASE WHEN remove_gateway(tenant, name) THEN 'done' ELSE 'missing' END;
END
$$;

-- What requests have changed, beside the row of audit_log that says who asked: of each row the columns that are told of it, where
-- they differ, before and after. It is written in the transaction of the change, so neither is there without the other.
ALTER TABLE audit_log ADD COLUMN request uuid;
CREATE TABLE audit_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request uuid NOT NULL,
    tenant_id text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    changed text NOT NULL,
    before jsonb,
    after jsonb
);
COMMENT ON COLUMN audit_changes.changed IS 'the table and the key, such as devices/room-1';
COMMENT ON COLUMN audit_changes.before IS 'null where there was none, or nothing that differs';
COMMENT ON COLUMN audit_changes.after IS 'null where there is none any more, likewise';
CREATE INDEX audit_changes_request ON audit_changes (tenant_id, request);
CREATE INDEX audit_changes_oldest ON audit_changes (at);
SELECT isolate_tenants('audit_changes');
GRANT SELECT ON audit_changes TO caravan_api;

CREATE OR REPLACE FUNCTION keep_audit_log() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('caravan.forget_audit', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER keep_audit_log BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_changes
    FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_log();

-- Deletes what is older than an age of a day or more, at most 100,000 rows of each table; answers how many of audit_log.
CREATE OR REPLACE FUNCTION forget_audit(age interval) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    forgotten bigint;
BEGIN
    IF age < interval '1 day' THEN
        RAISE EXCEPTION 'audit_log is kept for a day or longer';
    END IF;
    PERFORM set_config('caravan.forget_audit', 'on', true);
    DELETE FROM audit_changes WHERE id IN (SELECT id FROM audit_changes WHERE at < now() - age ORDER BY at LIMIT 100000);
    DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE at < now() - age ORDER BY at LIMIT 100000);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    PERFORM set_config('caravan.forget_audit', '', true);
    RETURN forgotten;
END
$$;

-- Tags, parameters and attributes are free: where people name a secret there, its value stays out of what is kept for long.
CREATE FUNCTION without_secrets(told jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    secret CONSTANT text := 'pass|pwd|pw$|psk|pin$|secret|token|jwt|bearer|credential|key|hash|salt|auth';
    names_one boolean;
BEGIN
    IF jsonb_typeof(told) = 'array' THEN
        RETURN (SELECT coalesce(jsonb_agg(without_secrets(e.value) ORDER BY e.place), '[]')
            FROM jsonb_array_elements(told) WITH ORDINALITY AS e (value, place));
    ELSIF jsonb_typeof(told) = 'object' THEN
        -- {"name": "wifi_password", "value": "..."} names one as well
        names_one := EXISTS (SELECT FROM jsonb_each_text(told) AS m WHERE m.key ~* '^(name|key|id)$' AND m.value ~* secret);
        RETURN (SELECT coalesce(jsonb_object_agg(m.key, CASE
                WHEN m.key ~* secret OR names_one AND m.key ~* '^val' THEN '"***"'
                ELSE without_secrets(m.value) END), '{}')
            FROM jsonb_each(told) AS m);
    END IF;
    RETURN told;
END
$$;

-- The members of an object that another does not have so, and of objects among them again those.
CREATE FUNCTION members_that_differ(told jsonb, other jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF jsonb_typeof(told) IS DISTINCT FROM 'object' OR jsonb_typeof(other) IS DISTINCT FROM 'object' THEN
        RETURN told;
    END IF;
    RETURN (SELECT coalesce(jsonb_object_agg(m.key, members_that_differ(m.value, other -> m.key)), '{}')
        FROM jsonb_each(told) AS m
        WHERE m.value IS DISTINCT FROM other -> m.key);
END
$$;

-- Columns as they are kept: without secrets in them, and of those beyond 4,000 bytes their size only.
CREATE FUNCTION as_audited(told jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(m.key, CASE
        WHEN octet_length(m.value::text) > 4000 THEN to_jsonb(format('(%s bytes)', octet_length(m.value::text)))
        ELSE without_secrets(m.value) END)
    FROM jsonb_each(told) AS m
$$;

-- Notes what a request has changed of a row: of the columns of the second argument, none of which is a secret; the first has those
-- of the key.
CREATE FUNCTION note_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    key text[] := TG_ARGV[0];
    told text[] := TG_ARGV[1];
    was jsonb;
    becomes jsonb;
    known jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        known := to_jsonb(old);
        was := (SELECT jsonb_object_agg(c, known -> c) FROM unnest(told) AS c
            WHERE TG_OP = 'UPDATE' OR known -> c NOT IN ('null', '{}', '[]'));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        known := to_jsonb(new);
        becomes := (SELECT jsonb_object_agg(c, known -> c) FROM unnest(told) AS c
            WHERE TG_OP = 'UPDATE' OR known -> c NOT IN ('null', '{}', '[]'));
    END IF;
    IF was = becomes THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit_changes (request, tenant_id, changed, before, after)
    VALUES (
        current_setting('app.request')::uuid,
        known ->> 'tenant_id',
        array_to_string(TG_TABLE_NAME || ARRAY(SELECT nullif(known ->> c, '') FROM unnest(key) AS c), '/'),
        as_audited(members_that_differ(was, becomes)),
        as_audited(members_that_differ(becomes, was)));
    RETURN NULL;
END
$$;

DO $$
DECLARE
    audited record;
BEGIN
    EXECUTE format('ALTER FUNCTION note_change() SET search_path = %I, pg_temp', current_schema);
    EXECUTE format('ALTER FUNCTION forget_audit(interval) SET search_path = %I, pg_temp', current_schema);
    REVOKE ALL ON FUNCTION note_change() FROM PUBLIC;
    FOR audited IN
        SELECT * FROM (VALUES
            ('devices', '{device_id}', '{label,device_type,site_id,zone_id,tags,parameters,decommissioned_at}'),
            ('mqtt_users', '{user_name}', '{label,enabled,devices,topic_prefixes,password_at}'),
            ('provisioning_keys', '{}', '{created_at}'),
            ('applications', '{id}',
                '{name,description,version,developer,contact_email,category,platform,devicetypes,status,updated_at}'),
            ('sites', '{site_id}', '{label,attributes}'),
            ('zones', '{site_id,zone_id}', '{label,attributes}'),
            ('tenant_limits', '{}', '{messages_per_second,devices,api_calls_per_second}'),
            ('f2_templates', '{template_id}', '{name,model,description,device_type}'),
            ('f2_controllers', '{controller_id}', '{name,model,serial_number}')) AS t (name, key, told)
    LOOP
        -- what the pipeline changes, no request has
        EXECUTE format(
            'CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW'
                ' WHEN (current_setting(''app.request'', true) <> '''') EXECUTE FUNCTION note_change(%L, %L)',
            audited.name, audited.key, audited.told);
    END LOOP;
END
$$;

-- Retention looks for the few that are too old, once an hour. A BRIN index is smaller, but its ranges never shrink when rows go.
CREATE INDEX dead_letters_oldest ON dead_letters (failed_at);
CREATE INDEX commands_oldest ON commands (expires_at);
