-- Stores a batch of readings: each identity once, whichever delivery came first; answers the number of new rows as "stored".
SELECT insert_readings(
    :?tenants::text[],
    :?devices::text[],
    :?metrics::text[],
    :?timestamps::bigint[],
    :?sequences::bigint[],
    :?values::float8[],
    :?units::text[],
    :?qualities::smallint[]) AS stored
