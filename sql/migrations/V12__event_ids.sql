-- Events that bring an identity of their own: each counts once, whatever else a second copy of it says
-- (docs/decisions/event-ids.md). And the requests that brought events, where their sender has named them.

CREATE TABLE event_ids (
    event_id uuid NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    tenant_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (event_id, tenant_id)
);
CREATE INDEX event_ids_time ON event_ids (seen_at);

CREATE TABLE ingest_requests (
    tenant_id text COLLATE "C" NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    received_at timestamptz NOT NULL,
    request_id uuid NOT NULL,
    body_sha256 bytea NOT NULL,
    accepted int NOT NULL,
    completed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, idempotency_key)
);
CREATE INDEX ingest_requests_time ON ingest_requests (received_at);

COMMENT ON COLUMN ingest_requests.completed IS 'Kafka has all of its events';

-- insert_readings (V7__ledger.sql) for messages of which some have event ids: of these only the readings of an id that nobody
-- has brought yet, of several in one batch the first. The others are answered as known. What of them is stored moves latest on
-- in the same transaction: latest reads no event ids, and must not show what no reading holds.
--
-- As there, a batch without a duplicate goes in as it is, and only the first duplicate has them found out. The lock comes first
-- here as well, and ids are written in their order, so that two batches that hold the same ids wait for each other and never
-- in a circle.
CREATE FUNCTION insert_readings_once(
    tenants text[], devices text[], metrics text[], timestamps bigint[], sequences bigint[], "values" float8[],
    units text[], qualities smallint[], messages int[], id_tenants text[], ids uuid[], id_messages int[])
    RETURNS inserted
    LANGUAGE plpgsql AS $$
DECLARE
    answer inserted;
    again int[];
BEGIN
    IF cardinality(ids) = 0 THEN
        RETURN insert_readings(
            tenants, devices, metrics, timestamps, sequences, "values", units, qualities, messages);
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext('caravan windows'));
    BEGIN
        INSERT INTO event_ids (event_id, tenant_id)
        SELECT event_id, tenant_id
        FROM unnest(ids, id_tenants) AS brought (event_id, tenant_id)
        ORDER BY event_id, tenant_id COLLATE "C";
        again := '{}';
    EXCEPTION WHEN unique_violation THEN
        WITH batch AS MATERIALIZED (
            SELECT *
            FROM unnest(id_tenants, ids, id_messages) WITH ORDINALITY AS brought (tenant_id, event_id, message, place)
        ), added AS (
            INSERT INTO event_ids (event_id, tenant_id)
            SELECT event_id, tenant_id FROM batch ORDER BY event_id, tenant_id COLLATE "C"
            ON CONFLICT DO NOTHING
            RETURNING event_id, tenant_id
        ), judged AS (
            SELECT message, added.event_id IS NOT NULL
                AND place = min(place) OVER (PARTITION BY event_id, tenant_id) AS is_new
            FROM batch LEFT JOIN added USING (event_id, tenant_id)
        )
        SELECT coalesce(array_agg(message) FILTER (WHERE NOT is_new), '{}') INTO again FROM judged;
    END;
    IF cardinality(again) > 0 THEN
        SELECT coalesce(array_agg(r.tenant ORDER BY place), '{}'), coalesce(array_agg(r.device ORDER BY place), '{}'),
            coalesce(array_agg(r.metric ORDER BY place), '{}'), coalesce(array_agg(r.micros ORDER BY place), '{}'),
            coalesce(array_agg(r.sequence ORDER BY place), '{}'), coalesce(array_agg(r.value ORDER BY place), '{}'),
            coalesce(array_agg(r.unit ORDER BY place), '{}'), coalesce(array_agg(r.quality ORDER BY place), '{}'),
            coalesce(array_agg(r.message ORDER BY place), '{}')
        INTO tenants, devices, metrics, timestamps, sequences, "values", units, qualities, messages
        FROM unnest(tenants, devices, metrics, timestamps, sequences, "values", units, qualities, messages)
            WITH ORDINALITY AS r (tenant, device, metric, micros, sequence, value, unit, quality, message, place)
        WHERE r.message NOT IN (SELECT unnest(again));
    END IF;
    answer := insert_readings(tenants, devices, metrics, timestamps, sequences, "values", units, qualities, messages);
    answer.known := answer.known || again;
    INSERT INTO latest AS stored (tenant_id, device_id, metric, ts, seq, value, unit, quality)
    SELECT DISTINCT ON (r.tenant_id COLLATE "C", r.device_id COLLATE "C", r.metric COLLATE "C")
        r.tenant_id, r.device_id, r.metric, r.ts, r.seq, r.value, r.unit, r.quality
    FROM reading_rows(tenants, devices, metrics, timestamps, sequences, "values", units, qualities)
        WITH ORDINALITY AS r (tenant_id, device_id, metric, ts, seq, value, unit, quality, place)
    WHERE messages[place] IN (SELECT unnest(id_messages))
    ORDER BY r.tenant_id COLLATE "C", r.device_id COLLATE "C", r.metric COLLATE "C", r.ts DESC, r.seq DESC
    ON CONFLICT (tenant_id, device_id, metric) DO UPDATE
    SET ts = excluded.ts, seq = excluded.seq, value = excluded.value, unit = excluded.unit, quality = excluded.quality
    WHERE (stored.ts, stored.seq) < (excluded.ts, excluded.seq);
    RETURN answer;
END
$$;

-- Forgets event ids, and named requests, that were seen longer ago than the given times, no more than so many of each, and
-- answers how many ids went; with NULL it keeps them.
CREATE FUNCTION forget_event_ids(keep_ids interval, keep_requests interval, most int) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    forgotten bigint;
BEGIN
    DELETE FROM ingest_requests
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM ingest_requests WHERE received_at < now() - keep_requests LIMIT most));
    DELETE FROM event_ids
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM event_ids WHERE seen_at < now() - keep_ids LIMIT most));
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END
$$;
