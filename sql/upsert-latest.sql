-- Moves the newest reading of each metric forward by (ts, seq), never back. The batch holds a metric once, sorted by key.
INSERT INTO latest AS stored (tenant_id, device_id, metric, ts, seq, value, unit, quality)
SELECT *
FROM reading_rows(
    :?tenants::text[],
    :?devices::text[],
    :?metrics::text[],
    :?timestamps::bigint[],
    :?sequences::bigint[],
    :?values::float8[],
    :?units::text[],
    :?qualities::smallint[])
ON CONFLICT (tenant_id, device_id, metric) DO UPDATE
SET ts = excluded.ts, seq = excluded.seq, value = excluded.value, unit = excluded.unit, quality = excluded.quality
WHERE (stored.ts, stored.seq) < (excluded.ts, excluded.seq)
