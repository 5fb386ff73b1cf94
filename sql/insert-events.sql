-- Stores a batch of events: each identity once, whichever delivery came first; answers the number of new rows.
INSERT INTO events (tenant_id, device_id, ts, seq, kind, body)
SELECT tenant, device, moment(micros), sequence, kind, body::json
FROM unnest(
    :?tenants::text[],
    :?devices::text[],
    :?timestamps::bigint[],
    :?sequences::bigint[],
    :?kinds::text[],
    :?bodies::text[])
    AS batch (tenant, device, micros, sequence, kind, body)
ON CONFLICT DO NOTHING
