-- Devices are onboarded, changed and decommissioned by the API (docs/devices.md); sites and zones have entries of their own;
-- and devices get commands, of which it is known what has become.

ALTER TABLE devices
    ADD COLUMN tags jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(tags) = 'object'),
    ADD COLUMN parameters jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameters) = 'object'),
    ADD COLUMN decommissioned_at timestamptz;
COMMENT ON COLUMN devices.decommissioned_at IS 'since when it takes no part any more; its history stays';

GRANT UPDATE (
    label, device_type, site_id, zone_id, tags, parameters, created_at, updated_at, auto_provisioned, decommissioned_at)
    ON devices TO caravan_api;

-- A version of a row, as entity tags show it: microseconds since 1970.
CREATE FUNCTION version_of(changed timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM changed) * 1000000)::bigint
$$;

-- When a row changes now, so that its version is another than before.
CREATE FUNCTION next_version(before timestamptz) RETURNS timestamptz
    LANGUAGE sql VOLATILE AS $$
    SELECT greatest(clock_timestamp(), before + interval '1 microsecond')
$$;

-- Applies a JSON merge patch (RFC 7396, 2).
CREATE FUNCTION json_merge_patch(target jsonb, patch jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    result jsonb;
    member record;
BEGIN
    IF jsonb_typeof(patch) <> 'object' THEN
        RETURN patch;
    END IF;
    result := CASE WHEN jsonb_typeof(target) = 'object' THEN target ELSE '{}' END;
    FOR member IN SELECT key, value FROM jsonb_each(patch) LOOP
        IF jsonb_typeof(member.value) = 'null' THEN
            result := result - member.key;
        ELSE
            result := result
                || jsonb_build_object(member.key, json_merge_patch(result -> member.key, member.value));
        END IF;
    END LOOP;
    RETURN result;
END
$$;

-- How many devices a tenant may have, where the settings say as many as fallback. Limits of single tenants replace it.
CREATE FUNCTION device_cap(tenant text, fallback int) RETURNS int
    LANGUAGE sql STABLE AS $$
    SELECT fallback
$$;

-- Adds devices with the MQTT users that they log in with, and answers what has become of each, from 1: created, exists,
-- decommissioned (where nothing is to come back), too many (cap) or topics of another (tenant).
CREATE FUNCTION onboard_devices(
    tenant text, wanted jsonb, names text[], sha256s bytea[], salts bytea[], revive boolean, cap int)
    RETURNS TABLE (place int, outcome text)
    LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    living bigint;
    most int := device_cap(tenant, cap);
    device jsonb;
    id text;
    known record;
BEGIN
    -- as in provision_devices, which keeps the same cap
    PERFORM pg_advisory_xact_lock(hashtext('caravan devices'), hashtext(tenant));
    SELECT count(*) INTO living FROM devices d WHERE d.tenant_id = tenant AND d.decommissioned_at IS NULL;
    FOR i IN 1 .. jsonb_array_length(wanted) LOOP
        device := wanted -> (i - 1);
        id := device ->> 'device_id';
        SELECT d.decommissioned_at INTO known FROM devices d WHERE d.tenant_id = tenant AND d.device_id = id;
        outcome := CASE
            WHEN FOUND AND known.decommissioned_at IS NULL THEN 'exists'
            WHEN FOUND AND NOT revive THEN 'decommissioned'
            WHEN living >= most THEN 'too many'
        END;
        IF outcome IS NULL THEN
            PERFORM revoke_mqtt_users_of(tenant, id);
            outcome := create_mqtt_user(tenant, id, names[i], sha256s[i], salts[i]);
        END IF;
        IF outcome = 'created' THEN
            INSERT INTO devices AS d (tenant_id, device_id, label, device_type, site_id, zone_id, tags, parameters)
            VALUES (
                tenant, id, coalesce(device ->> 'label', id), coalesce(device ->> 'device_type', 'unknown'),
                device ->> 'site_id', device ->> 'zone_id', coalesce(device -> 'tags', '{}'),
                coalesce(device -> 'parameters', '{}'))
            ON CONFLICT (tenant_id, device_id) DO UPDATE SET
                label = excluded.label, device_type = excluded.device_type, site_id = excluded.site_id,
                zone_id = excluded.zone_id, tags = excluded.tags, parameters = excluded.parameters,
                created_at = now(), updated_at = next_version(d.updated_at), auto_provisioned = false,
                decommissioned_at = NULL;
            living := living + 1;
        END IF;
        place := i;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Changes a device by a merge patch, or replaces what is told of it; answers done, missing, changed (it is not at one of the
-- expected versions) or too large.
CREATE FUNCTION change_device(tenant text, device text, change jsonb, merge boolean, expected bigint[]) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    known devices;
    told jsonb;
BEGIN
    SELECT * INTO known FROM devices WHERE tenant_id = tenant AND device_id = device AND decommissioned_at IS NULL
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN 'missing';
    ELSIF version_of(known.updated_at) <> ALL (expected) THEN
        RETURN 'changed';
    END IF;
    told := CASE
        WHEN merge THEN json_merge_patch(
            jsonb_build_object(
                'label', known.label, 'device_type', known.device_type, 'site_id', known.site_id, 'zone_id', known.zone_id,
                'tags', known.tags, 'parameters', known.parameters),
            change)
        ELSE change
    END;
    IF octet_length(told::text) > 65536 THEN
        RETURN 'too large';
    END IF;
    UPDATE devices SET
        label = coalesce(told ->> 'label', device),
        device_type = coalesce(told ->> 'device_type', 'unknown'),
        site_id = told ->> 'site_id',
        zone_id = told ->> 'zone_id',
        tags = coalesce(told -> 'tags', '{}'),
        parameters = coalesce(told -> 'parameters', '{}'),
        auto_provisioned = false,
        updated_at = next_version(known.updated_at)
    WHERE tenant_id = tenant AND device_id = device;
    RETURN 'done';
END
$$;

-- Replaces a device, or adds it where there is none; answers as change_device and onboard_devices do.
CREATE FUNCTION put_device(
    tenant text, device jsonb, name text, sha256 bytea, salt bytea, cap int, expected bigint[], must_exist boolean,
    must_be_new boolean)
    RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    result text := 'missing';
BEGIN
    IF NOT must_be_new THEN
        result := change_device(tenant, device ->> 'device_id', device, false, expected);
    END IF;
    IF result = 'missing' AND NOT must_exist THEN
        SELECT o.outcome INTO result
        FROM onboard_devices(
            tenant, jsonb_build_array(device), ARRAY[name], ARRAY[sha256], ARRAY[salt], true, cap) AS o;
    END IF;
    RETURN result;
END
$$;

-- Takes a device out of service: nobody logs in for it any more, its messages are refused, its history stays.
CREATE FUNCTION decommission_device(tenant text, device text, expected bigint[]) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    known devices;
BEGIN
    SELECT * INTO known FROM devices WHERE tenant_id = tenant AND device_id = device AND decommissioned_at IS NULL
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN 'missing';
    ELSIF version_of(known.updated_at) <> ALL (expected) THEN
        RETURN 'changed';
    END IF;
    UPDATE devices SET decommissioned_at = clock_timestamp(), updated_at = next_version(known.updated_at)
    WHERE tenant_id = tenant AND device_id = device;
    PERFORM revoke_mqtt_users_of(tenant, device);
    RETURN 'done';
END
$$;

-- Gives a device another password, or its first; answers with what name it logs in, or why it does not.
CREATE FUNCTION renew_device_credentials(tenant text, device text, name text, sha256 bytea, salt bytea)
    RETURNS TABLE (outcome text, user_name text)
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM devices WHERE tenant_id = tenant AND device_id = device AND decommissioned_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        outcome := 'missing';
    ELSE
        user_name := rotate_mqtt_user_of(tenant, device, sha256, salt);
        outcome := CASE WHEN user_name IS NULL THEN create_mqtt_user(tenant, device, name, sha256, salt) ELSE 'rotated' END;
        user_name := coalesce(user_name, name);
    END IF;
    RETURN NEXT;
END
$$;

-- What messages add is not what was decommissioned, and does not count with it.
DROP FUNCTION provision_devices(text[], text[], text[], text[], text[], text[], int);

-- Finds the asked devices or adds them, and answers one row for each that the directory then holds, decommissioned ones
-- among them, which do not come back by this. A tenant gets no more devices than device_cap says; those beyond
-- it, in the order asked, are answered with nothing. Those that were added without a type get the one asked with, if it is one. Sessions that ask at
-- once agree on one row per device and keep the cap together.
CREATE FUNCTION provision_devices(
    tenants text[], devices text[], labels text[], types text[], sites text[], zones text[], cap int)
    RETURNS TABLE (
        tenant_id text, device_id text, label text, device_type text, site_id text, zone_id text, created_at timestamptz,
        auto_provisioned boolean, decommissioned_at timestamptz)
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
        LIMIT greatest(0, device_cap(short_tenant, cap) - (
            SELECT count(*) FROM devices d WHERE d.tenant_id = short_tenant AND d.decommissioned_at IS NULL))
        ON CONFLICT DO NOTHING;
    END LOOP;
    -- Locked in one order, for the same reason.
    PERFORM FROM devices d
        WHERE d.device_type = 'unknown' AND d.auto_provisioned AND d.decommissioned_at IS NULL
            AND EXISTS (
                SELECT FROM unnest(tenants, devices, types) AS asked (tenant, device, type)
                WHERE asked.tenant = d.tenant_id AND asked.device = d.device_id AND asked.type <> 'unknown')
        ORDER BY d.tenant_id, d.device_id
        FOR NO KEY UPDATE;
    IF FOUND THEN
        UPDATE devices d SET device_type = told.type, updated_at = next_version(d.updated_at)
        FROM (
            SELECT DISTINCT ON (asked.tenant, asked.device) asked.*
            FROM unnest(tenants, devices, types) WITH ORDINALITY AS asked (tenant, device, type, place)
            WHERE asked.type <> 'unknown'
            ORDER BY asked.tenant, asked.device, asked.place
        ) AS told
        WHERE d.tenant_id = told.tenant AND d.device_id = told.device AND d.device_type = 'unknown' AND d.auto_provisioned
            AND d.decommissioned_at IS NULL;
    END IF;
    RETURN QUERY
        SELECT
            d.tenant_id, d.device_id, d.label, d.device_type, d.site_id, d.zone_id, d.created_at, d.auto_provisioned,
            d.decommissioned_at
        FROM (SELECT DISTINCT asked.tenant, asked.device FROM unnest(tenants, devices) AS asked (tenant, device)) AS asked
        JOIN devices d ON d.tenant_id = asked.tenant AND d.device_id = asked.device;
END
$$;

-- The key of a tenant with which devices register themselves, once each. Of 256 random bits nobody finds it by its hash.
CREATE TABLE provisioning_keys (
    tenant_id text COLLATE "C" PRIMARY KEY,
    key_sha256 bytea NOT NULL UNIQUE CHECK (length(key_sha256) = 32),
    created_at timestamptz NOT NULL DEFAULT now()
);
SELECT isolate_tenants('provisioning_keys');
-- what the API writes of a key it cannot read
GRANT SELECT (tenant_id, created_at), INSERT, UPDATE, DELETE ON provisioning_keys TO caravan_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON provisioning_keys TO caravan_writer;

-- Whose a provisioning key is: who brings one says no tenant.
CREATE FUNCTION tenant_of_provisioning_key(sha256 bytea) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT tenant_id FROM provisioning_keys WHERE key_sha256 = sha256
$$;

DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION tenant_of_provisioning_key(bytea) SET search_path = %I, pg_temp', current_schema);
END
$$;
REVOKE ALL ON FUNCTION tenant_of_provisioning_key(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_of_provisioning_key(bytea) TO caravan_api;

-- What is told of places. Devices may name others; a zone of no site has the empty text for it.
CREATE TABLE sites (
    tenant_id text COLLATE "C" NOT NULL,
    site_id text COLLATE "C" NOT NULL,
    label text NOT NULL,
    attributes jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(attributes) = 'object'),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, site_id)
);

CREATE TABLE zones (
    tenant_id text COLLATE "C" NOT NULL,
    site_id text COLLATE "C" NOT NULL DEFAULT '',
    zone_id text COLLATE "C" NOT NULL,
    label text NOT NULL,
    attributes jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(attributes) = 'object'),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, site_id, zone_id)
);

-- Commands to devices, and what has become of them. The payload is what was asked for; an answer what the device said.
CREATE TABLE commands (
    command_id uuid PRIMARY KEY,
    tenant_id text COLLATE "C" NOT NULL,
    device_id text COLLATE "C" NOT NULL,
    topic text NOT NULL,
    content_type text NOT NULL,
    payload bytea NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    sent_at timestamptz,
    delivered_at timestamptz,
    acknowledged_at timestamptz,
    expired_at timestamptz,
    answer bytea
);
COMMENT ON COLUMN commands.sent_at IS 'Kafka has it';
COMMENT ON COLUMN commands.delivered_at IS 'the MQTT broker has it';
COMMENT ON COLUMN commands.acknowledged_at IS 'the device has answered';
COMMENT ON COLUMN commands.expired_at IS 'it was too late to publish it';

CREATE INDEX commands_newest ON commands (tenant_id, device_id, created_at DESC, command_id);

SELECT isolate_tenants(name) FROM unnest(ARRAY['sites', 'zones', 'commands']) AS name;
GRANT SELECT, INSERT, UPDATE, DELETE ON sites, zones TO caravan_api;
GRANT SELECT, INSERT ON commands TO caravan_api;
GRANT UPDATE (sent_at) ON commands TO caravan_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON sites, zones, commands TO caravan_writer;
