-- Gateways are made, changed and removed by the API (docs/devices.md, Gateways).

-- What was claimed for a gateway goes with it; what was claimed otherwise stays.
ALTER TABLE topic_prefixes ADD COLUMN made_by_gateway boolean NOT NULL DEFAULT false;

CREATE INDEX mqtt_gateways ON mqtt_users (tenant_id, created_at DESC, user_name) WHERE kind = 'gateway';

-- Whether a prefix is free for a tenant: no other has it, one above or one below it, nor does it name one that has devices, as
-- building/{tenant} and spBv1.0/{tenant} do; or the tenant has it already.
CREATE OR REPLACE FUNCTION topic_prefix_is_free(tenant text, wanted text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT NOT EXISTS (
        SELECT FROM topic_owners o
        WHERE o.tenant_id <> tenant
            AND (o.prefix = wanted OR starts_with(wanted, o.prefix || '/') OR starts_with(o.prefix, wanted || '/')))
        AND (
            EXISTS (
                SELECT FROM topic_prefixes p
                WHERE p.tenant_id = tenant AND (p.prefix = wanted OR starts_with(wanted, p.prefix || '/')))
            OR NOT EXISTS (
                SELECT FROM devices d
                WHERE split_part(wanted, '/', 1) IN ('building', 'spBv1.0')
                    AND d.tenant_id = split_part(wanted, '/', 2) AND d.tenant_id <> tenant))
$$;

DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION topic_prefix_is_free(text, text) SET search_path = %I, pg_temp', current_schema);
END
$$;

-- Claims what a gateway is to speak for; outcome is null, or, nothing having been claimed for the gateway, 'too wide' (not everybody
-- may give it: it may be, or become, somebody else's), 'too many prefixes', 'decommissioned', 'prefix of another' or 'topics of
-- another', with the culprit.
CREATE FUNCTION claim_for_gateway(
    tenant text, held text[], prefixes text[], wide boolean, OUT outcome text, OUT culprit text)
    LANGUAGE plpgsql AS $$
DECLARE
    controllers text[] := ARRAY(
        SELECT kind || '/' || device
        FROM unnest(held) AS device, unnest(ARRAY['cmnd', 'stat', 'tele']) AS kind
        WHERE device ~ '^f2-[^/+#[:cntrl:]]+$');
    group_form text := '^spBv1[.]0/[^/]+$';
    claimed text[];
BEGIN
    -- as in claim_topic_prefixes: what is free stays so until it is claimed
    PERFORM pg_advisory_xact_lock(hashtext('caravan topic prefixes'));
    SELECT p INTO culprit FROM unnest(prefixes) AS p
    WHERE NOT wide AND p !~ '^((building|spBv1[.]0)/.|(cmnd|stat|tele)/f2-)'
        AND NOT EXISTS (
            SELECT FROM topic_prefixes o
            WHERE o.tenant_id = tenant AND (o.prefix = p OR starts_with(p, o.prefix || '/')))
    LIMIT 1;
    IF FOUND THEN
        outcome := 'too wide';
        RETURN;
    END IF;
    SELECT d.device_id INTO culprit FROM devices d
    WHERE d.tenant_id = tenant AND d.device_id = ANY (held) AND d.decommissioned_at IS NOT NULL
    LIMIT 1;
    IF FOUND THEN
        outcome := 'decommissioned';
        RETURN;
    END IF;
    SELECT p INTO culprit FROM unnest(prefixes) AS p WHERE NOT topic_prefix_is_free(tenant, p) LIMIT 1;
    IF FOUND THEN
        outcome := 'prefix of another';
        RETURN;
    END IF;
    SELECT split_part(p, '/', 2) INTO culprit FROM unnest(controllers) AS p WHERE NOT topic_prefix_is_free(tenant, p) LIMIT 1;
    IF FOUND THEN
        outcome := 'topics of another';
        RETURN;
    END IF;
    claimed := ARRAY(
        SELECT unnest(controllers || prefixes) EXCEPT SELECT o.prefix FROM topic_prefixes o WHERE o.tenant_id = tenant);
    -- what a user may do is worked out for each of its devices in each of its groups
    IF cardinality(claimed) > 0 AND (
        SELECT count(*) > 10000 - cardinality(claimed) FROM topic_prefixes o WHERE o.tenant_id = tenant)
        OR (SELECT count(*) > 0 FROM unnest(claimed) AS c WHERE c ~ group_form)
        AND (
            SELECT count(*) > 20
            FROM (SELECT o.prefix FROM topic_prefixes o WHERE o.tenant_id = tenant UNION SELECT unnest(claimed)) AS every
            WHERE every.prefix ~ group_form) THEN
        outcome := 'too many prefixes';
        RETURN;
    END IF;
    IF cardinality(claimed) > 0 THEN
        INSERT INTO topic_prefixes (prefix, tenant_id, made_by_gateway) SELECT c, tenant, true FROM unnest(claimed) AS c;
    END IF;
    IF cardinality(held) > 0 THEN
        PERFORM claim_topics_for(tenant, '{}');
    END IF;
END
$$;

-- Gives back what was claimed for gateways of the tenant and is needed no longer: neither by a gateway, also for topics below it,
-- nor, for an F2 controller, by its parameters, its device or its user. Sparkplug groups stay: devices may have subscriptions open.
CREATE FUNCTION release_topic_prefixes(tenant text, given text[], held text[]) RETURNS void
    LANGUAGE sql AS $$
    DELETE FROM topic_prefixes p
    WHERE p.tenant_id = tenant AND p.made_by_gateway
        AND (
            p.prefix = ANY (given)
            OR p.prefix = ANY (ARRAY(
                SELECT kind || '/' || device FROM unnest(held) AS device, unnest(ARRAY['cmnd', 'stat', 'tele']) AS kind)))
        AND p.prefix !~ '^spBv1[.]0/[^/]+$'
        AND NOT EXISTS (
            SELECT FROM mqtt_users u, unnest(u.topic_prefixes) AS needed
            WHERE u.tenant_id = tenant AND (needed = p.prefix OR starts_with(needed, p.prefix || '/')))
        AND NOT (
            p.prefix ~ '^(cmnd|stat|tele)/f2-[^/]+$'
            AND (
                EXISTS (
                    SELECT FROM mqtt_users u
                    WHERE u.tenant_id = tenant AND u.devices @> ARRAY[split_part(p.prefix, '/', 2)])
                OR EXISTS (
                    SELECT FROM devices d
                    WHERE d.tenant_id = tenant AND d.device_id = split_part(p.prefix, '/', 2)
                        AND d.decommissioned_at IS NULL)
                OR EXISTS (
                    SELECT FROM f2_controllers c
                    WHERE c.tenant_id = tenant AND 'f2-' || c.controller_id = split_part(p.prefix, '/', 2))))
$$;

-- How many devices the other gateways of a tenant speak for: whoever revokes rights reads all of them.
CREATE FUNCTION devices_of_other_gateways(tenant text, name text) RETURNS bigint
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(cardinality(u.devices)), 0)
    FROM mqtt_users u
    WHERE u.tenant_id = tenant AND u.kind = 'gateway' AND u.user_name <> name
$$;

-- Makes a gateway; outcome is 'created', 'too many', 'too many devices', or as claim_for_gateway has it.
CREATE FUNCTION add_gateway(
    tenant text, name text, title text, sha256 bytea, salt bytea, held text[], prefixes text[], wide boolean, cap int,
    OUT outcome text, OUT culprit text)
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('caravan topic prefixes'));
    IF (SELECT count(*) FROM mqtt_users u WHERE u.tenant_id = tenant AND u.kind = 'gateway') >= cap THEN
        outcome := 'too many';
        RETURN;
    END IF;
    IF devices_of_other_gateways(tenant, name) + cardinality(held) > 20000 THEN
        outcome := 'too many devices';
        RETURN;
    END IF;
    SELECT c.outcome, c.culprit INTO outcome, culprit FROM claim_for_gateway(tenant, held, prefixes, wide) AS c;
    IF outcome IS NULL THEN
        outcome := create_mqtt_gateway(tenant, name, title, sha256, salt, held, prefixes);
    END IF;
END
$$;

-- Changes what the members of an object name: label, devices, topic_prefixes. Outcome is 'done', 'missing',
-- 'too many devices', or as claim_for_gateway has it.
CREATE FUNCTION change_gateway(
    tenant text, name text, change jsonb, wide boolean, OUT outcome text, OUT culprit text)
    LANGUAGE plpgsql AS $$
DECLARE
    known record;
    held text[];
    prefixes text[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('caravan topic prefixes'));
    SELECT u.devices, u.topic_prefixes INTO known FROM mqtt_users u
    WHERE u.tenant_id = tenant AND u.user_name = name AND u.kind = 'gateway'
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        outcome := 'missing';
        RETURN;
    END IF;
    held := CASE
        WHEN change ? 'devices' THEN ARRAY(SELECT jsonb_array_elements_text(change -> 'devices')) ELSE known.devices END;
    prefixes := CASE
        WHEN change ? 'topic_prefixes' THEN ARRAY(SELECT jsonb_array_elements_text(change -> 'topic_prefixes'))
        ELSE known.topic_prefixes END;
    IF cardinality(held) > cardinality(known.devices) AND devices_of_other_gateways(tenant, name) + cardinality(held) > 20000 THEN
        outcome := 'too many devices';
        RETURN;
    END IF;
    SELECT c.outcome, c.culprit INTO outcome, culprit
    FROM claim_for_gateway(
        tenant,
        ARRAY(SELECT unnest(held) EXCEPT SELECT unnest(known.devices)),
        ARRAY(SELECT unnest(prefixes) EXCEPT SELECT unnest(known.topic_prefixes)),
        wide) AS c;
    IF outcome IS NULL THEN
        UPDATE mqtt_users u
        SET label = coalesce(change ->> 'label', u.label), devices = held, topic_prefixes = prefixes
        WHERE u.tenant_id = tenant AND u.user_name = name;
        IF NOT (prefixes @> known.topic_prefixes AND held @> known.devices) THEN
            PERFORM release_topic_prefixes(tenant, known.topic_prefixes, known.devices);
        END IF;
        outcome := 'done';
    END IF;
END
$$;

-- Removes a gateway; answers whether there was one.
CREATE FUNCTION remove_gateway(tenant text, name text) RETURNS boolean
    LANGUAGE plpgsql AS $$
DECLARE
    given text[];
    held text[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('caravan topic prefixes'));
    DELETE FROM mqtt_users u
    WHERE u.tenant_id = tenant AND u.user_name = name AND u.kind = 'gateway'
    RETURNING u.topic_prefixes, u.devices INTO given, held;
    IF given IS NULL THEN
        RETURN false;
    END IF;
    PERFORM release_topic_prefixes(tenant, given, held);
    RETURN true;
END
$$;

-- As before, but that a gateway which speaks for a device keeps it when the device is onboarded.
CREATE OR REPLACE FUNCTION onboard_devices(
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
    -- before the rows of users, as all who change gateways take it
    PERFORM pg_advisory_xact_lock(hashtext('caravan topic prefixes'));
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
            DELETE FROM mqtt_users u WHERE u.tenant_id = tenant AND u.kind = 'device' AND u.devices[1] = id;
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
