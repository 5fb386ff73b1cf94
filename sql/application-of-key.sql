-- The active application that has a key; what a token says of that key; and when it had it, by the database's clock: read after
-- the row, as select-grants.sql reads it before. No row when there is none.
SELECT
    tenant_id, id::text AS id, array_to_json(devicetypes)::text AS devicetypes, key_sha256,
    left(encode(sha256(key_sha256), 'hex'), 32) AS key,
    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS as_of
FROM application_of_key(:?key::bytea)
