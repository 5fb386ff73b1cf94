-- The active applications of all tenants: which key each has, without telling it, and its device types; and as of when, by the
-- database's clock. Without any there is one row that only tells the time.
SELECT
    (extract(epoch FROM statement_timestamp()) * 1000000)::bigint AS read_at,
    tenant_id, id::text AS id, left(encode(sha256(key_sha256), 'hex'), 32) AS key,
    array_to_json(devicetypes)::text AS devicetypes
FROM (SELECT) AS always LEFT JOIN applications ON status = 'active'
