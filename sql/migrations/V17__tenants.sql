-- Who may see which rows (docs/security.md). Two roles without a login, whose members Caravan's logins are: caravan_writer, the
-- pipeline, has the rows of all tenants by policy; caravan_api, the REST API, has those of the one tenant that app.tenant names,
-- set for each transaction, and none without it. This guards against a forgotten condition, not against a stolen login.
--
-- Tables have row-level security, forced, so that their owner is no exception. The time series cannot have it, for TimescaleDB
-- refuses it beside its columnstore; of them caravan_api has nothing but barrier views, in a schema of their own that its
-- sessions search first. So statements are the same for everybody. TenantCatalogueTest holds every new table to this.
--
-- An application's token reads devices of some types only: app.device_types holds them, a line each; empty for everybody else.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['caravan_writer', 'caravan_api'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN
                    NULL; -- another database of this server was quicker
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION 'the database user % may not create the roles it needs. As an administrator: % GRANT % TO %;',
                        current_user, 'CREATE ROLE caravan_writer; CREATE ROLE caravan_api;', 'caravan_writer, caravan_api',
                        quote_ident(current_user);
            END;
        END IF;
        IF NOT pg_has_role(current_user, name, 'USAGE') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', name);
        END IF;
    END LOOP;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO caravan_writer, caravan_api', current_schema);
END
$$;

-- Has a table with a tenant_id show caravan_api the rows of one tenant, and caravan_writer all; both still need to be granted
-- what they may do there.
CREATE FUNCTION isolate_tenants(name text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY all_tenants ON %I TO caravan_writer USING (true) WITH CHECK (true)', name);
    EXECUTE format(
        'CREATE POLICY own_tenant ON %I TO caravan_api'
            ' USING (tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')))'
            ' WITH CHECK (tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')))',
        name);
END
$$;
REVOKE ALL ON FUNCTION isolate_tenants(text) FROM PUBLIC;

SELECT isolate_tenants(name)
FROM unnest(ARRAY[
    'devices', 'presence', 'latest', 'dead_letters', 'windows', 'window_marks', 'ledger', 'event_ids', 'ingest_requests',
    'f2_templates', 'f2_data_points', 'f2_controllers', 'f2_pins', 'sparkplug_births', 'window_retyped']) AS name;

-- Everything that asks for data of a device joins this table, so an application sees nothing of others.
CREATE POLICY own_types ON devices AS RESTRICTIVE FOR SELECT TO caravan_api
    USING (
        (SELECT nullif(current_setting('app.device_types', true), '')) IS NULL
        OR device_type = ANY ((SELECT string_to_array(current_setting('app.device_types', true), E'\n'))::text[]));

DO $$
DECLARE
    tables text := current_schema;
    family text;
BEGIN
    EXECUTE format('CREATE SCHEMA %I', tables || '_of_tenant');
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO caravan_api', tables || '_of_tenant');
    FOREACH family IN ARRAY time_series() LOOP
        EXECUTE format(
            'CREATE VIEW %1$I.%3$I WITH (security_barrier = true) AS SELECT * FROM %2$I.%3$I'
                ' WHERE tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), ''''))',
            tables || '_of_tenant', tables, family);
        EXECUTE format('GRANT SELECT ON %I.%I TO caravan_api', tables || '_of_tenant', family);
    END LOOP;

    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO caravan_writer', tables);
    EXECUTE format('REVOKE ALL ON %I.flyway_schema_history FROM caravan_writer', tables);
    EXECUTE format('GRANT SELECT ON %I.flyway_schema_history TO caravan_writer, caravan_api', tables);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO caravan_writer', tables);
END
$$;

GRANT SELECT ON
    devices, presence, latest, dead_letters, windows, ledger, ingest_requests, f2_templates, f2_data_points, f2_controllers,
    f2_pins, window_state, window_widths, window_types
    TO caravan_api;
GRANT INSERT ON devices TO caravan_api;
GRANT UPDATE (replays, replay, replayed_at, received_at) ON dead_letters TO caravan_api;
GRANT USAGE ON SEQUENCE replay_requests TO caravan_api;
GRANT INSERT, UPDATE ON ingest_requests TO caravan_api;
GRANT INSERT, UPDATE, DELETE ON f2_templates, f2_data_points, f2_controllers, f2_pins TO caravan_api;

-- What makes and drops tables does so as the owner, and what notes a change of type writes where caravan_api may not.
DO $$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'ensure_partitions(int, int)', 'keep_columnstore(interval)', 'drop_partitions_older_than(text, interval)',
        'note_retyped()'] LOOP
        EXECUTE format(
            'ALTER FUNCTION %s SECURITY DEFINER SET search_path = %I, pg_temp', signature, current_schema);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', signature);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO caravan_writer', signature);
    END LOOP;
END
$$;
