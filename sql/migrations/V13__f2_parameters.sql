-- The parameters by which frames of F2 controllers are decoded (docs/f2.md): what a kind of sensor sends, and which sensor is
-- on which pin of which controller. They are few; every process that enriches holds all of them, and hears of changes.

CREATE TABLE f2_templates (
    tenant_id text COLLATE "C" NOT NULL,
    template_id text COLLATE "C" NOT NULL CHECK (template_id ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    name text NOT NULL,
    model text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    device_type text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, template_id)
);

-- length is that of the format. It stands here because it did in the system that many of these parameters come from.
CREATE TABLE f2_data_points (
    tenant_id text COLLATE "C" NOT NULL,
    template_id text COLLATE "C" NOT NULL,
    place smallint NOT NULL,
    label text NOT NULL CHECK (label ~ '^[^[:cntrl:]]{1,100}$' AND label ~ '[^ ]'),
    format text NOT NULL CHECK (format IN ('Int8', 'Uint8', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float32')),
    byte_order text NOT NULL DEFAULT 'big' CHECK (byte_order IN ('big', 'little')),
    byte_offset int NOT NULL CHECK (byte_offset BETWEEN 0 AND 65535),
    length smallint NOT NULL CHECK (
        length = CASE WHEN format LIKE '%8' THEN 1 WHEN format LIKE '%16' THEN 2 ELSE 4 END),
    decimals smallint NOT NULL DEFAULT 0 CHECK (decimals BETWEEN 0 AND 15),
    scale numeric NOT NULL DEFAULT 1 CHECK (abs(scale) BETWEEN 1e-15 AND 1e15),
    prepend text NOT NULL DEFAULT '' CHECK (length(prepend) <= 32),
    append text NOT NULL DEFAULT '' CHECK (length(append) <= 32),
    PRIMARY KEY (tenant_id, template_id, place),
    FOREIGN KEY (tenant_id, template_id) REFERENCES f2_templates ON DELETE CASCADE
);

-- Two data points of one metric would be one reading.
CREATE UNIQUE INDEX f2_data_points_metric
    ON f2_data_points (tenant_id, template_id, (replace(lower(trim(label)), ' ', '_')));

-- A controller is the device f2-<controller_id> of its tenant; its id, the MAC address as a rule, is unique as such.
CREATE TABLE f2_controllers (
    controller_id text COLLATE "C" PRIMARY KEY CHECK (controller_id ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    tenant_id text COLLATE "C" NOT NULL,
    name text NOT NULL DEFAULT '',
    model text NOT NULL DEFAULT '',
    serial_number text NOT NULL DEFAULT '',
    UNIQUE (tenant_id, controller_id)
);

CREATE TABLE f2_pins (
    tenant_id text COLLATE "C" NOT NULL,
    controller_id text COLLATE "C" NOT NULL,
    connector smallint NOT NULL CHECK (connector BETWEEN 1 AND 5),
    pin smallint NOT NULL CHECK (pin BETWEEN 0 AND 99),
    template_id text COLLATE "C" NOT NULL,
    name text NOT NULL DEFAULT '',
    serial_number text NOT NULL DEFAULT '',
    PRIMARY KEY (controller_id, connector, pin),
    FOREIGN KEY (tenant_id, controller_id) REFERENCES f2_controllers (tenant_id, controller_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, template_id) REFERENCES f2_templates
);

CREATE INDEX f2_pins_template ON f2_pins (tenant_id, template_id);

CREATE FUNCTION f2_parameters_changed() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    -- however many changes a transaction makes, it is heard of once, at its end
    PERFORM pg_notify('caravan_f2_parameters', '');
    RETURN NULL;
END
$$;

DO $$
DECLARE
    changing text;
BEGIN
    FOREACH changing IN ARRAY ARRAY['f2_templates', 'f2_data_points', 'f2_controllers', 'f2_pins'] LOOP
        EXECUTE format('CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION f2_parameters_changed()', changing);
    END LOOP;
END
$$;

-- Puts a template with its data points in the place of what there was; answers whether there was none.
CREATE FUNCTION put_f2_template(tenant text, template text, body jsonb) RETURNS boolean
    LANGUAGE plpgsql AS $$
DECLARE
    created boolean;
BEGIN
    INSERT INTO f2_templates (tenant_id, template_id, name, model, description, device_type)
    VALUES (tenant, template, body ->> 'name', body ->> 'model', body ->> 'description', body ->> 'device_type')
    ON CONFLICT (tenant_id, template_id) DO UPDATE
    SET name = excluded.name, model = excluded.model, description = excluded.description, device_type = excluded.device_type
    RETURNING xmax = 0 INTO created;
    DELETE FROM f2_data_points WHERE tenant_id = tenant AND template_id = template;
    INSERT INTO f2_data_points (
        tenant_id, template_id, place, label, format, byte_order, byte_offset, length, decimals, scale, prepend, append)
    SELECT tenant, template, place, label, format, byte_order, "offset", length, decimals, scale, prepend, append
    FROM ROWS FROM (
        jsonb_to_recordset(body -> 'data_points') AS (
            label text, format text, byte_order text, "offset" int, length smallint, decimals smallint, scale numeric,
            prepend text, append text)
    ) WITH ORDINALITY AS each (
        label, format, byte_order, "offset", length, decimals, scale, prepend, append, place);
    RETURN created;
END
$$;

-- Puts a controller with its pins in the place of what there was, and into the directory; answers 'created' or 'replaced', or,
-- having done nothing, 'other tenant' or 'no template <id>'.
CREATE FUNCTION put_f2_controller(tenant text, controller text, body jsonb) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    outcome text;
BEGIN
    SELECT 'no template ' || (pin ->> 'template') INTO outcome
    FROM jsonb_array_elements(body -> 'connectors') AS connector, jsonb_array_elements(connector -> 'pins') AS pin
    WHERE NOT EXISTS (SELECT FROM f2_templates WHERE tenant_id = tenant AND template_id = pin ->> 'template')
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
    DELETE FROM f2_pins WHERE controller_id = controller;
    INSERT INTO f2_pins (tenant_id, controller_id, connector, pin, template_id, name, serial_number)
    SELECT
        tenant, controller, (connector ->> 'connector')::smallint, (pin ->> 'pin')::smallint, pin ->> 'template',
        pin ->> 'name', pin ->> 'serial_number'
    FROM jsonb_array_elements(body -> 'connectors') AS connector, jsonb_array_elements(connector -> 'pins') AS pin;
    INSERT INTO devices (tenant_id, device_id, label, device_type)
    VALUES (
        tenant, 'f2-' || controller, coalesce(nullif(body ->> 'name', ''), 'f2-' || controller), 'f2_controller')
    ON CONFLICT DO NOTHING;
    RETURN outcome;
END
$$;

-- The data points of a template, as the API shows them.
CREATE FUNCTION f2_data_points_of(tenant text, template text) RETURNS json
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        json_agg(
            json_build_object(
                'label', label, 'format', format, 'byte_order', byte_order, 'offset', byte_offset, 'length', length,
                'decimals', decimals, 'scale', trim_scale(scale), 'prepend', prepend, 'append', append)
            ORDER BY place),
        '[]')
    FROM f2_data_points
    WHERE tenant_id = tenant AND template_id = template
$$;

-- The connectors of a controller with their pins, as the API shows them.
CREATE FUNCTION f2_connectors_of(controller text) RETURNS json
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(json_agg(json_build_object('connector', connector, 'pins', pins) ORDER BY connector), '[]')
    FROM (
        SELECT
            connector,
            json_agg(
                json_build_object('pin', pin, 'template', template_id, 'name', name, 'serial_number', serial_number)
                ORDER BY pin) AS pins
        FROM f2_pins
        WHERE controller_id = controller
        GROUP BY connector) AS wired
$$;
