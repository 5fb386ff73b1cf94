-- Gateways are made, changed and removed by the API (docs/devices.md, Gateways).

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

-- Claims what a gateway is to speak for; outcome is null, or, nothing having been claimed for the gateway, 'first level' (of topics,
-- which not everybody may give), 'decommissioned', 'prefix of another' or 'topics of another', with the culprit.
CREATE FUNCTION claim_for_gateway(
    tenant text, held text[], prefixes text[], wide boolean, OUT outcome text, OUT culprit text)
    LANGUAGE plpgsql AS $$
BEGIN
    -- as in claim_topic_prefixes: what is free stays so until it is claimed
    PERFORM pg_advisory_xact_lock(hashtext('caravan topic prefixes'));
    SELECT p INTO culprit FROM unnest(prefixes) AS p
    WHERE NOT wide AND strpos(p, '/') = 0
        AND NOT EXISTS (SELECT FROM topic_prefixes o WHERE o.tenant_id = tenant AND o.prefix = p)
    LIMIT 1;
    IF FOUND THEN
        outcome := 'first level';
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
    culprit := claim_topics_for(tenant, held);
    IF culprit IS NOT NULL THEN
        outcome := 'topics of another';
        RETURN;
    END IF;
    PERFORM claim_topic_prefixes(tenant, prefixes);
END
$$;

-- Gives back the prefixes that no gateway of the tenant has any more. Those that are the tenant's by its name, or by an F2
-- controller, stay; and Sparkplug groups, in which devices may have subscriptions open.
CREATE FUNCTION release_topic_prefixes(tenant text, given text[]) RETURNS void
    LANGUAGE sql AS $$
    DELETE FROM topic_prefixes p
    WHERE p.tenant_id = tenant AND p.prefix = ANY (given)
        AND p.prefix <> 'building/' || tenant
        AND p.prefix !~ '^((cmnd|stat|tele)/f2-[^/]+|spBv1[.]0/[^/]+)$'
        AND NOT EXISTS (SELECT FROM mqtt_users u WHERE u.tenant_id = tenant AND p.prefix = ANY (u.topic_prefixes))
$$;

-- Makes a gateway; outcome is 'created', 'too many', or as claim_for_gateway has it.
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
    SELECT c.outcome, c.culprit INTO outcome, culprit FROM claim_for_gateway(tenant, held, prefixes, wide) AS c;
    IF outcome IS NULL THEN
        outcome := create_mqtt_gateway(tenant, name, title, sha256, salt, held, prefixes);
    END IF;
END
$$;

-- Changes what the members of an object name: label, devices, topic_prefixes. Outcome is 'done', 'missing', or as
-- claim_for_gateway has it.
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
        PERFORM release_topic_prefixes(tenant, known.topic_prefixes);
        outcome := 'done';
    END IF;
END
$$;

-- Removes a gateway; answers whether there was one.
CREATE FUNCTION remove_gateway(tenant text, name text) RETURNS boolean
    LANGUAGE plpgsql AS $$
DECLARE
    given text[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('caravan topic prefixes'));
    DELETE FROM mqtt_users u
    WHERE u.tenant_id = tenant AND u.user_name = name AND u.kind = 'gateway'
    RETURNING u.topic_prefixes INTO given;
    IF given IS NULL THEN
        RETURN false;
    END IF;
    PERFORM release_topic_prefixes(tenant, given);
    RETURN true;
END
$$;
