-- Stores a batch of readings: each identity once, whichever delivery came first; answers the number of new rows.
INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, unit, quality)
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
ON CONFLICT DO NOTHING
