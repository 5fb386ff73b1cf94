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
