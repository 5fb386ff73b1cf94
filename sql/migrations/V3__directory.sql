-- The devices, what is known of their state, and the messages that nobody could read.
-- latest and presence are updated for every device once a second: free space in each page keeps those updates in the
-- page (HOT), so that their only index is not written.

CREATE TABLE devices (
    tenant_id text COLLATE "C" NOT NULL,
    device_id text COLLATE "C" NOT NULL,
    label text NOT NULL,
    device_type text COLLATE "C" NOT NULL,
    site_id text COLLATE "C",
    zone_id text COLLATE "C",
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, device_id)
);

CREATE TABLE presence (
    tenant_id text COLLATE "C" NOT NULL,
    device_id text COLLATE "C" NOT NULL,
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, device_id)
) WITH (fillfactor = 50);

CREATE TABLE latest (
    tenant_id text COLLATE "C" NOT NULL,
    device_id text COLLATE "C" NOT NULL,
    metric text COLLATE "C" NOT NULL,
    ts timestamptz NOT NULL,
    seq bigint NOT NULL,
    value double precision,
    unit text NOT NULL DEFAULT '',
    quality smallint NOT NULL,
    PRIMARY KEY (tenant_id, device_id, metric)
) WITH (fillfactor = 50);

CREATE TABLE dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin_topic text COLLATE "C" NOT NULL,
    origin_partition int NOT NULL,
    origin_offset bigint NOT NULL,
    tenant_id text COLLATE "C" NOT NULL,
    device_id text COLLATE "C",
    dialect text COLLATE "C",
    topic text,
    stage text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    detail text NOT NULL DEFAULT '',
    attempts int NOT NULL DEFAULT 1,
    received_at timestamptz,
    failed_at timestamptz NOT NULL,
    headers json NOT NULL DEFAULT '{}',
    payload bytea NOT NULL,
    payload_length bigint NOT NULL,
    payload_sha256 text COLLATE "C",
    UNIQUE (origin_topic, origin_partition, origin_offset)
);

CREATE INDEX dead_letters_newest ON dead_letters (tenant_id, id DESC);

-- Finds the asked devices or adds them, and answers one row for each that the directory then holds. A tenant gets no more
-- than cap devices; those beyond it, in the order asked, are answered with nothing. Sessions that ask at once agree on
-- one row per device and keep the cap together.
CREATE FUNCTION provision_devices(
    tenants text[], devices text[], labels text[], types text[], sites text[], zones text[], cap int)
    RETURNS TABLE (
        tenant_id text, device_id text, label text, device_type text, site_id text, zone_id text, created_at timestamptz)
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
        INSERT INTO devices (tenant_id, device_id, label, device_type, site_id, zone_id)
        SELECT short_tenant, added.device, added.label, added.type, added.site, added.zone
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
    RETURN QUERY
        SELECT d.tenant_id, d.device_id, d.label, d.device_type, d.site_id, d.zone_id, d.created_at
        FROM (SELECT DISTINCT asked.tenant, asked.device FROM unnest(tenants, devices) AS asked (tenant, device)) AS asked
        JOIN devices d ON d.tenant_id = asked.tenant AND d.device_id = asked.device;
END
$$;
