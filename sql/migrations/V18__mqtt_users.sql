-- Who may log in to the MQTT broker, and whose its topics are (docs/security.md). A password is 256 random bits: of these a
-- plain SHA-256 is as good as a slow hash.

-- A topic prefix, some whole levels, belongs to one tenant with all topics below it. Topics of dialect iot name theirs themselves.
CREATE TABLE topic_prefixes (
    prefix text COLLATE "C" PRIMARY KEY CHECK (
        length(prefix) <= 500
        AND prefix ~ '^[^/+#[:cntrl:]]+(/[^/+#[:cntrl:]]+)*$'
        AND prefix !~ '^[$]'
        AND prefix !~ '^iot(/|$)'
        AND prefix !~ '^spBv1[.]0(/STATE.*)?$'),
    tenant_id text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX topic_prefixes_tenant ON topic_prefixes (tenant_id);

-- A device logs in for itself, a gateway for several devices, and for whole topic prefixes of its tenant. password_salt is
-- there where the password can be made again from it and a key of Caravan's, for a broker that has to be told the password.
CREATE TABLE mqtt_users (
    user_name text COLLATE "C" PRIMARY KEY CHECK (user_name ~ '^[A-Za-z0-9_-]{1,80}$'),
    tenant_id text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('device', 'gateway')),
    label text NOT NULL DEFAULT '' CHECK (length(label) <= 200),
    password_sha256 bytea NOT NULL CHECK (length(password_sha256) = 32),
    password_salt bytea CHECK (length(password_salt) = 32),
    enabled boolean NOT NULL DEFAULT true,
    devices text[] COLLATE "C" NOT NULL DEFAULT '{}' CHECK (array_position(devices, NULL) IS NULL),
    topic_prefixes text[] COLLATE "C" NOT NULL DEFAULT '{}' CHECK (array_position(topic_prefixes, NULL) IS NULL),
    created_at timestamptz NOT NULL DEFAULT now(),
    password_at timestamptz NOT NULL DEFAULT now(),
    CHECK (kind = 'gateway' OR cardinality(devices) = 1 AND topic_prefixes = '{}')
);

CREATE UNIQUE INDEX mqtt_users_of_device ON mqtt_users (tenant_id, (devices[1])) WHERE kind = 'device';
CREATE INDEX mqtt_users_devices ON mqtt_users USING gin (devices);

SELECT isolate_tenants('topic_prefixes');
SELECT isolate_tenants('mqtt_users');
GRANT SELECT, INSERT, DELETE ON topic_prefixes TO caravan_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON topic_prefixes, mqtt_users TO caravan_writer;
-- what the API writes of a password it cannot read
GRANT SELECT (user_name, tenant_id, kind, label, enabled, devices, topic_prefixes, created_at, password_at)
    ON mqtt_users TO caravan_api;
GRANT INSERT, UPDATE, DELETE ON mqtt_users TO caravan_api;

-- Brokers hear which user has changed; '' when it may be all of them.
CREATE FUNCTION mqtt_user_changed() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('caravan_mqtt_users', coalesce(new.user_name, old.user_name));
    RETURN NULL;
END
$$;

CREATE FUNCTION mqtt_users_changed() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('caravan_mqtt_users', '');
    RETURN NULL;
END
$$;

CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON mqtt_users
    FOR EACH ROW EXECUTE FUNCTION mqtt_user_changed();
CREATE TRIGGER emptied AFTER TRUNCATE ON mqtt_users
    FOR EACH STATEMENT EXECUTE FUNCTION mqtt_users_changed();
CREATE TRIGGER changed_for_mqtt AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON topic_prefixes
    FOR EACH STATEMENT EXECUTE FUNCTION mqtt_users_changed();
CREATE TRIGGER changed_for_mqtt AFTER INSERT OR DELETE OR TRUNCATE ON f2_controllers
    FOR EACH STATEMENT EXECUTE FUNCTION mqtt_users_changed();

-- Whose topics are: those that were claimed, and those of F2 controllers, whose ids are unique over all tenants.
CREATE VIEW topic_owners WITH (security_invoker = true) AS
    SELECT prefix, tenant_id FROM topic_prefixes
    UNION ALL
    SELECT prefix, tenant_id
    FROM (
        SELECT kind || '/f2-' || controller_id AS prefix, tenant_id
        FROM f2_controllers, unnest(ARRAY['cmnd', 'stat', 'tele']) AS kind) AS controllers
    WHERE NOT EXISTS (SELECT FROM topic_prefixes p WHERE p.prefix = controllers.prefix);
GRANT SELECT ON topic_owners TO caravan_writer, caravan_api;

-- Whether a prefix is free for a tenant: no other has it, one above or one below it.
CREATE FUNCTION topic_prefix_is_free(tenant text, wanted text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT NOT EXISTS (
        SELECT FROM topic_owners o
        WHERE o.tenant_id <> tenant
            AND (o.prefix = wanted OR starts_with(wanted, o.prefix || '/') OR starts_with(o.prefix, wanted || '/')))
$$;

-- It looks at all tenants, and tells nothing of them but that.
DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION topic_prefix_is_free(text, text) SET search_path = %I, pg_temp', current_schema);
    REVOKE ALL ON FUNCTION topic_prefix_is_free(text, text) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION topic_prefix_is_free(text, text) TO caravan_writer, caravan_api;
END
$$;

-- Gives prefixes to a tenant, or leaves them with it; answers the first that is another's, having given none, else nothing.
CREATE FUNCTION claim_topic_prefixes(tenant text, wanted text[]) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    taken text;
BEGIN
    -- two tenants that claim at once see each other's
    PERFORM pg_advisory_xact_lock(hashtext('caravan topic prefixes'));
    SELECT w INTO taken FROM unnest(wanted) AS w WHERE NOT topic_prefix_is_free(tenant, w) LIMIT 1;
    IF taken IS NULL THEN
        INSERT INTO topic_prefixes (prefix, tenant_id) SELECT DISTINCT w, tenant FROM unnest(wanted) AS w
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN taken;
END
$$;

-- Claims what a tenant has to own for some of its devices: the topics of F2 controllers, and, where nobody else has it,
-- building/<tenant>, by which the topic of a device tells whose it is. Answers the first that is another's, else nothing.
CREATE FUNCTION claim_topics_for(tenant text, held text[]) RETURNS text
    LANGUAGE plpgsql AS $$
BEGIN
    IF tenant ~ '^[^/+#[:cntrl:]]+$' THEN
        PERFORM claim_topic_prefixes(tenant, ARRAY['building/' || tenant]);
    END IF;
    RETURN claim_topic_prefixes(
        tenant,
        ARRAY(
            SELECT kind || '/' || device
            FROM unnest(held) AS device, unnest(ARRAY['cmnd', 'stat', 'tele']) AS kind
            WHERE device ~ '^f2-[^/+#[:cntrl:]]+$'));
END
$$;

-- Makes the user of one device; answers 'created', or, having done nothing, 'exists' where the device has one, or 'topics of
-- another' where another tenant has what an F2 controller of this id needs.
CREATE FUNCTION create_mqtt_user(tenant text, device text, name text, sha256 bytea, salt bytea) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    made text;
BEGIN
    IF claim_topics_for(tenant, ARRAY[device]) IS NOT NULL THEN
        RETURN 'topics of another';
    END IF;
    INSERT INTO mqtt_users (user_name, tenant_id, kind, label, password_sha256, password_salt, devices)
    VALUES (name, tenant, 'device', left(device, 200), sha256, salt, ARRAY[device])
    ON CONFLICT (tenant_id, (devices[1])) WHERE kind = 'device' DO NOTHING
    RETURNING 'created' INTO made;
    RETURN coalesce(made, 'exists');
END
$$;

-- Makes a user that speaks for several devices, and may use whole prefixes that the tenant owns; answers 'created', or, having
-- done nothing, 'not owned' where it does not own one of them, or 'topics of another'.
CREATE FUNCTION create_mqtt_gateway(
    tenant text, name text, title text, sha256 bytea, salt bytea, held text[], prefixes text[]) RETURNS text
    LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM unnest(prefixes) AS p
        WHERE NOT EXISTS (
            SELECT FROM topic_prefixes o
            WHERE o.tenant_id = tenant AND (o.prefix = p OR starts_with(p, o.prefix || '/')))) THEN
        RETURN 'not owned';
    END IF;
    IF claim_topics_for(tenant, held) IS NOT NULL THEN
        RETURN 'topics of another';
    END IF;
    INSERT INTO mqtt_users (user_name, tenant_id, kind, label, password_sha256, password_salt, devices, topic_prefixes)
    VALUES (name, tenant, 'gateway', title, sha256, salt, held, prefixes);
    RETURN 'created';
END
$$;

-- Gives the user of a device another password; answers its name, or nothing where the device has none.
CREATE FUNCTION rotate_mqtt_user_of(tenant text, device text, sha256 bytea, salt bytea) RETURNS text
    LANGUAGE sql AS $$
    UPDATE mqtt_users
    SET password_sha256 = sha256, password_salt = salt, password_at = now()
    WHERE tenant_id = tenant AND kind = 'device' AND devices[1] = device
    RETURNING user_name
$$;

-- The same for a user by its name; answers whether there is one.
CREATE FUNCTION rotate_mqtt_user(tenant text, name text, sha256 bytea, salt bytea) RETURNS boolean
    LANGUAGE sql AS $$
    WITH rotated AS (
        UPDATE mqtt_users
        SET password_sha256 = sha256, password_salt = salt, password_at = now()
        WHERE tenant_id = tenant AND user_name = name
        RETURNING true)
    SELECT EXISTS (SELECT FROM rotated)
$$;

-- Lets a user log in, or no longer; answers whether there is one.
CREATE FUNCTION enable_mqtt_user(tenant text, name text, allowed boolean) RETURNS boolean
    LANGUAGE sql AS $$
    WITH changed AS (
        UPDATE mqtt_users SET enabled = allowed WHERE tenant_id = tenant AND user_name = name RETURNING true)
    SELECT EXISTS (SELECT FROM changed)
$$;

-- Removes a user; answers whether there was one.
CREATE FUNCTION revoke_mqtt_user(tenant text, name text) RETURNS boolean
    LANGUAGE sql AS $$
    WITH gone AS (DELETE FROM mqtt_users WHERE tenant_id = tenant AND user_name = name RETURNING true)
    SELECT EXISTS (SELECT FROM gone)
$$;

-- Takes from everybody what they may do for a device: its own user goes, gateways keep their other devices.
CREATE FUNCTION revoke_mqtt_users_of(tenant text, device text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM mqtt_users WHERE tenant_id = tenant AND kind = 'device' AND devices[1] = device;
    UPDATE mqtt_users SET devices = array_remove(devices, device)
    WHERE tenant_id = tenant AND kind = 'gateway' AND devices @> ARRAY[device];
END
$$;

-- A device that leaves the directory, by whatever way, leaves no way in.
CREATE FUNCTION revoke_mqtt_users_of_gone_devices() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM revoke_mqtt_users_of(tenant_id, device_id) FROM gone;
    RETURN NULL;
END
$$;

CREATE TRIGGER leaves_no_way_in AFTER DELETE ON devices
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION revoke_mqtt_users_of_gone_devices();
