-- A sample of the parameters of F2 controllers: two kinds of sensors, and three controllers that have them. The demo has it; load
-- it elsewhere with: psql -f sql/samples/f2.sql <database>. What is there already stays as it is.
BEGIN;

INSERT INTO f2_templates (tenant_id, template_id, name, model, description, device_type) VALUES
    ('default', 'environmental-sensor', 'Environmental Sensor', 'ENV-S1', 'Temperature, humidity and CO2 of a room', 'Sensor'),
    ('default', 'power-monitor', 'Power Monitor', 'PM-100', 'Voltage and current of a circuit', 'Power Monitor')
ON CONFLICT DO NOTHING;

INSERT INTO f2_data_points (tenant_id, template_id, place, label, format, byte_offset, length, decimals, append) VALUES
    ('default', 'environmental-sensor', 1, 'Temperature', 'Int16', 0, 2, 2, ' °C'),
    ('default', 'environmental-sensor', 2, 'Humidity', 'Uint16', 2, 2, 2, ' %'),
    ('default', 'environmental-sensor', 3, 'CO2', 'Uint16', 4, 2, 0, ' ppm'),
    ('default', 'power-monitor', 1, 'Voltage', 'Uint16', 0, 2, 1, ' V'),
    ('default', 'power-monitor', 2, 'Current', 'Int16', 2, 2, 3, ' A')
ON CONFLICT DO NOTHING;

INSERT INTO f2_controllers (controller_id, tenant_id, name, model) VALUES
    ('e4fd45f654be', 'default', 'F2 Controller 1', 'F2-rev1'),
    ('abc123def456', 'default', 'F2 Controller 2', 'F2-rev1'),
    ('123456abcdef', 'default', 'F2 Controller 3', 'F2-rev1')
ON CONFLICT DO NOTHING;

INSERT INTO f2_pins (tenant_id, controller_id, connector, pin, template_id, name) VALUES
    ('default', 'e4fd45f654be', 1, 1, 'environmental-sensor', 'Living Room Env Sensor'),
    ('default', 'abc123def456', 2, 2, 'power-monitor', 'Kitchen Power Monitor'),
    ('default', '123456abcdef', 4, 3, 'environmental-sensor', 'Bedroom Env Sensor')
ON CONFLICT DO NOTHING;

INSERT INTO devices (tenant_id, device_id, label, device_type)
SELECT tenant_id, 'f2-' || controller_id, name, 'f2_controller'
FROM f2_controllers
WHERE tenant_id = 'default' AND controller_id IN ('e4fd45f654be', 'abc123def456', '123456abcdef')
ON CONFLICT DO NOTHING;

COMMIT;
