-- A device that was added by a message that told no type (an MQTT will, a word on its availability) gets one by the first
-- message that tells it. Entries that people have made stay as they are.

ALTER TABLE devices ADD COLUMN auto_provisioned boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN devices.auto_provisioned IS 'added by a message; its type, where it is unknown, is filled in by a later one';

-- Until now nobody noted it. What messages add has its id as its label.
UPDATE devices SET auto_provisioned = true WHERE device_type = 'unknown' AND label = device_id;

DROP FUNCTION provision_devices(text[], text[], text[], text[], text[], text[], int);

-- Finds the asked devices or adds them, and answers one row for each that the directory then holds. A tenant gets no more
-- than cap devices; those beyond it, in the order asked, are answered with nothing. Those that were added without a type get
-- the one asked with, if it is one. Sessions that ask at once agree on one row per device and keep the cap together.
CREATE FUNCTION provision_devices(
    tenants text[], devices text[], labels text[], types text[], sites text[], zones text[], cap int)
    RETURNS TABLE (
        tenant_id text, device_id text, label text, device_type text, site_id text, zone_id text, created_at timestamptz,
        auto_provisioned boolean)
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
        LIMIT greatest(0, cap - (SELECT count(*) FROM devices d WHERE d.tenant_id = short_tenant))
        ON CONFLICT DO NOTHING;
    END LOOP;
    -- Locked in one order, for the same reason.
    PERFORM FROM devices d
        WHERE d.device_type = 'unknown' AND d.auto_provisioned
            AND EXISTS (
                SELECT FROM unnest(tenants, devices, types) AS asked (tenant, device, type)
                WHERE asked.tenant = d.tenant_id AND asked.device = d.device_id AND asked.type <> 'unknown')
        ORDER BY d.tenant_id, d.device_id
        FOR NO KEY UPDATE;
    IF FOUND THEN
        UPDATE devices d SET device_type = told.type, updated_at = now()
        FROM (
            SELECT DISTINCT ON (asked.tenant, asked.device) asked.*
            FROM unnest(tenants, devices, types) WITH ORDINALITY AS asked (tenant, device, type, place)
            WHERE asked.type <> 'unknown'
            ORDER BY asked.tenant, asked.device, asked.place
        ) AS told
        WHERE d.tenant_id = told.tenant AND d.device_id = told.device AND d.device_type = 'unknown' AND d.auto_provisioned;
    END IF;
    RETURN QUERY
        SELECT d.tenant_id, d.device_id, d.label, d.device_type, d.site_id, d.zone_id, d.created_at, d.auto_provisioned
        FROM (SELECT DISTINCT asked.tenant, asked.device FROM unnest(tenants, devices) AS asked (tenant, device)) AS asked
        JOIN devices d ON d.tenant_id = asked.tenant AND d.device_id = asked.device;
END
$$;
