-- Stores what devices say of their own channels: each identity once, whichever delivery came first; answers the number of
-- new rows.
INSERT INTO trend_statistics (tenant_id, device_id, metric, ts, seq, value, avg, min, max)
SELECT
    tenant,
    device,
    metric,
    moment(micros),
    sequence,
    nullif(value, 'NaN'),
    nullif(average, 'NaN'),
    nullif(minimum, 'NaN'),
    nullif(maximum, 'NaN')
FROM unnest(
    :?tenants::text[],
    :?devices::text[],
    :?metrics::text[],
    :?timestamps::bigint[],
    :?sequences::bigint[],
    :?values::float8[],
    :?averages::float8[],
    :?minima::float8[],
    :?maxima::float8[])
    AS batch (tenant, device, metric, micros, sequence, value, average, minimum, maximum)
ON CONFLICT DO NOTHING
