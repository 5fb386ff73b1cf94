-- Moves presence forward, never back: last_seen by the time of receipt, and by the present where a fast clock says that it is yet to come; online by (ts, seq). since begins anew when a device
-- comes or goes, also when it comes back from silence, unless it announces that it goes. The batch holds a device once, sorted by key.
INSERT INTO presence AS stored (tenant_id, device_id, last_seen, online, ts, seq, since, announces)
SELECT
    tenant,
    device,
    least(moment(last_heard), now()),
    batch.online,
    moment(micros),
    sequence,
    CASE
        WHEN known.since IS NULL THEN least(moment(changed), now())
        WHEN (known.ts, known.seq) < (moment(micros), sequence)
            AND (known.online <> batch.online OR changed > first_heard) THEN least(moment(changed), now())
        WHEN known.online AND NOT known.announces
            AND least(moment(first_heard), now())
                > known.last_seen + patience(device_type, :?types::text[], :?silences::bigint[])
            THEN least(moment(first_heard), now())
        ELSE known.since
    END,
    batch.announces
FROM unnest(
    :?tenants::text[],
    :?devices::text[],
    :?firstHeard::bigint[],
    :?lastHeard::bigint[],
    :?online::boolean[],
    :?changed::bigint[],
    :?timestamps::bigint[],
    :?sequences::bigint[],
    :?announces::boolean[])
    WITH ORDINALITY
    AS batch (tenant, device, first_heard, last_heard, online, changed, micros, sequence, announces, place)
LEFT JOIN presence AS known ON known.tenant_id = tenant AND known.device_id = device
LEFT JOIN devices ON devices.tenant_id = tenant AND devices.device_id = device
ORDER BY place
ON CONFLICT (tenant_id, device_id) DO UPDATE
SET last_seen = greatest(stored.last_seen, excluded.last_seen),
    online = CASE WHEN (stored.ts, stored.seq) < (excluded.ts, excluded.seq) THEN excluded.online ELSE stored.online END,
    ts = CASE WHEN (stored.ts, stored.seq) < (excluded.ts, excluded.seq) THEN excluded.ts ELSE stored.ts END,
    seq = CASE WHEN (stored.ts, stored.seq) < (excluded.ts, excluded.seq) THEN excluded.seq ELSE stored.seq END,
    since = excluded.since,
    announces = CASE
        WHEN (stored.ts, stored.seq) < (excluded.ts, excluded.seq) THEN excluded.announces ELSE stored.announces
    END
WHERE stored.last_seen < excluded.last_seen OR (stored.ts, stored.seq) < (excluded.ts, excluded.seq)
