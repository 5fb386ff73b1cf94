-- What else requests change is told beside the row of audit_log: data points and pins of F2 parameters, commands, replays. What stays
-- as it is has to be left alone for that, where it was deleted and inserted again.

-- The data points of a template, as the body of a request has them.
CREATE FUNCTION f2_data_points_in(tenant text, template text, body jsonb) RETURNS SETOF f2_data_points
    LANGUAGE sql STABLE AS $$
    SELECT tenant, template, place::smallint, label, format, byte_order, "offset", length, decimals, scale, prepend, append
    FROM ROWS FROM (
        jsonb_to_recordset(body -> 'data_points') AS (
            label text, format text, byte_order text, "offset" int, length smallint, decimals smallint, scale numeric,
            prepend text, append text)
    ) WITH ORDINALITY AS each (
        label, format, byte_order, "offset", length, decimals, scale, prepend, append, place)
$$;

-- The pins of a controller, likewise.
CREATE FUNCTION f2_pins_in(tenant text, controller text, body jsonb) RETURNS SETOF f2_pins
    LANGUAGE sql STABLE AS $$
    SELECT
        tenant, controller, (connector ->> 'connector')::smallint, (pin ->> 'pin')::smallint, pin ->> 'template',
        pin ->> 'name', pin ->> 'serial_number'
    FROM jsonb_array_elements(body -> 'connectors') AS connector, jsonb_array_elements(connector -> 'pins') AS pin
$$;

-- Puts a template with its data points in the place of what there was; answers whether there was none.
CREATE OR REPLACE FUNCTION put_f2_template(tenant text, template text, body jsonb) RETURNS boolean
    LANGUAGE plpgsql AS $$
DECLARE
    created boolean;
BEGIN
    INSERT INTO f2_templates (tenant_id, template_id, name, model, description, device_type)
    VALUES (tenant, template, body ->> 'name', body ->> 'model', body ->> 'description', body ->> 'device_type')
    ON CONFLICT (tenant_id, template_id) DO UPDATE
    SET name = excluded.name, model = excluded.model, description = excluded.description, device_type = excluded.device_type
    RETURNING xmax = 0 INTO created;
    -- one that gets another label goes first, so that two may change theirs about
    DELETE FROM f2_data_points AS d
    WHERE d.tenant_id = tenant AND d.template_id = template
        AND (d.place, d.label) NOT IN (SELECT w.place, w.label FROM f2_data_points_in(tenant, template, body) AS w);
    INSERT INTO f2_data_points AS d SELECT * FROM f2_data_points_in(tenant, template, body)
    ON CONFLICT (tenant_id, template_id, place) DO UPDATE
    SET format = excluded.format, byte_order = excluded.byte_order, byte_offset = excluded.byte_offset,
        length = excluded.length, decimals = excluded.decimals, scale = excluded.scale, prepend = excluded.prepend,
        append = excluded.append
    WHERE d IS DISTINCT FROM excluded;
    RETURN created;
END
$$;

-- Puts a controller with its pins in the place of what there was, and into the directory; answers 'created' or 'replaced', or,
-- having done nothing, 'other tenant' or 'no template <id>'.
CREATE OR REPLACE FUNCTION put_f2_controller(tenant text, controller text, body jsonb) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    outcome text;
BEGIN
    SELECT 'no template ' || w.template_id INTO outcome
    FROM f2_pins_in(tenant, controller, body) AS w
    WHERE NOT EXISTS (SELECT FROM f2_templates AS t WHERE t.tenant_id = tenant AND t.template_id = w.template_id)
    LIMIT 1;
    IF outcome IS NOT NULL THEN
        RETURN outcome;
    END IF;
    INSERT INTO f2_controllers AS known (controller_id, tenant_id, name, model, serial_number)
    VALUES (controller, tenant, body ->> 'name', body ->> 'model', body ->> 'serial_number')
    ON CONFLICT (controller_id) DO UPDATE
    SET name = excluded.name, model = excluded.model, serial_number = excluded.serial_number
    WHERE known.tenant_id = excluded.tenant_id
    RETURNING CASE WHEN xmax = 0 THEN 'created' ELSE 'replaced' END INTO outcome;
    IF outcome IS NULL THEN
        RETURN 'other tenant';
    END IF;
    DELETE FROM f2_pins AS p
    WHERE p.controller_id = controller
        AND (p.connector, p.pin) NOT IN (SELECT w.connector, w.pin FROM f2_pins_in(tenant, controller, body) AS w);
    INSERT INTO f2_pins AS p SELECT * FROM f2_pins_in(tenant, controller, body)
    ON CONFLICT (controller_id, connector, pin) DO UPDATE
    SET template_id = excluded.template_id, name = excluded.name, serial_number = excluded.serial_number
    WHERE p IS DISTINCT FROM excluded;
    INSERT INTO devices (tenant_id, device_id, label, device_type)
    VALUES (
        tenant, 'f2-' || controller, coalesce(nullif(body ->> 'name', ''), 'f2-' || controller), 'f2_controller')
    ON CONFLICT DO NOTHING;
    RETURN outcome;
END
$$;

-- Notes that the request of this transaction has asked for a replay of so many dead letters, from one id to another. There may be
-- thousands of them; GET /api/dead-letters?replay= has each.
CREATE FUNCTION note_replay(replay bigint, letters bigint, first bigint, last bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF letters > 0 AND current_setting('app.request', true) <> '' THEN
        INSERT INTO audit_changes (request, tenant_id, changed, after)
        VALUES (
            current_setting('app.request')::uuid, current_setting('app.tenant'), 'dead_letters',
            jsonb_build_object('replay', replay, 'requested', letters, 'first_id', first, 'last_id', last));
    END IF;
    RETURN true;
END
$$;

DO $$
DECLARE
    audited record;
BEGIN
    EXECUTE format(
        'ALTER FUNCTION note_replay(bigint, bigint, bigint, bigint) SET search_path = %I, pg_temp', current_schema);
    REVOKE ALL ON FUNCTION note_replay(bigint, bigint, bigint, bigint) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION note_replay(bigint, bigint, bigint, bigint) TO caravan_api;
    FOR audited IN
        SELECT * FROM (VALUES
            ('f2_data_points', 'INSERT OR UPDATE OR DELETE', '{template_id,place}',
                '{label,format,byte_order,byte_offset,length,decimals,scale,prepend,append}'),
            ('f2_pins', 'INSERT OR UPDATE OR DELETE', '{controller_id,connector,pin}', '{template_id,name,serial_number}'),
            -- what is sent stays with the command, and what becomes of it is no request's doing
            ('commands', 'INSERT', '{device_id,command_id}', '{topic,content_type,expires_at}')) AS t (name, event, key, told)
    LOOP
        EXECUTE format(
            'CREATE TRIGGER note_change AFTER %s ON %I FOR EACH ROW'
                ' WHEN (current_setting(''app.request'', true) <> '''') EXECUTE FUNCTION note_change(%L, %L)',
            audited.event, audited.name, audited.key, audited.told);
    END LOOP;
END
$$;
