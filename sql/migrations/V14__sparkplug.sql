-- What Sparkplug's edge nodes and devices have declared, and presence that follows births and deaths.

-- Births of nodes (kind 0), their deaths (1) and births of devices (2), each at its place on iot.raw: by them data messages are
-- decoded, the newest before the message counts. received_by is the MQTT client, for two clients hear the same node each in its
-- own time. since is of a node's birth: what was received later is of its session. metrics is an array of arrays of name,
-- alias, data type and unit.
CREATE TABLE sparkplug_births (
    origin_partition int NOT NULL,
    origin_offset bigint NOT NULL,
    received_by text COLLATE "C" NOT NULL,
    tenant_id text COLLATE "C" NOT NULL,
    node text COLLATE "C" NOT NULL,
    device text COLLATE "C" NOT NULL,
    kind smallint NOT NULL,
    bd_seq bigint,
    hash bigint NOT NULL,
    received_at timestamptz NOT NULL,
    since timestamptz NOT NULL,
    metrics json NOT NULL,
    PRIMARY KEY (origin_partition, origin_offset)
);

CREATE INDEX sparkplug_births_newest
    ON sparkplug_births (node, tenant_id, received_by, origin_partition, device, origin_offset DESC);

COMMENT ON COLUMN sparkplug_births.device IS 'empty in the certificates of the node itself';

-- Whether the device announces that it goes, so that silence does not take it offline.
ALTER TABLE presence ADD COLUMN announces boolean NOT NULL DEFAULT false;
