-- The tenants that have devices. It sees all of them, for the API asks it for admins alone (AccessRules).
CREATE FUNCTION all_tenants() RETURNS SETOF text
    LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
    RETURN QUERY SELECT DISTINCT tenant_id FROM devices;
END
$$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION all_tenants() SET search_path = %I, pg_temp', current_schema);
END
$$;
REVOKE ALL ON FUNCTION all_tenants() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION all_tenants() TO caravan_api;
