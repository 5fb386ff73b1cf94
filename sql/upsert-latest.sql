-- Moves the newest reading of each metric forward by (ts, seq), never back. The batch holds a metric once, sorted by key.
INSERT INTO latest AS stored (tenant_id, device_id, metric, ts, seq, value, unit, quality)
SELECT
    tenant,
    device,
    metric,
    'epoch'::timestamptz + micros / 1000000 * interval '1 second' + micros % 1000000 * interval '1 microsecond',
    sequence,
    nullif(value, 'NaN'),
    unit,
    quality
FROM unnest(
    :?tenants::text[],
    :?devices::text[],
    :?metrics::text[],
    :?timestamps::bigint[],
    :?sequences::bigint[],
    :?values::float8[],
    :?units::text[],
    :?qualities::smallint[])
    AS batch (tenant, device, metric, micros, sequence, value, unit, quality)
ON CONFLICT (tenant_id, device_id, metric) DO UPDATE
SET ts = excluded.ts, seq = excluded.seq, value = excluded.value, unit = excluded.unit, quality = excluded.quality
WHERE (stored.ts, stored.seq) < (excluded.ts, excluded.seq)
