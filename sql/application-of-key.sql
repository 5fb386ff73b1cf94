-- The active application that has a key. No row when there is none.
SELECT tenant_id, id::text AS id, array_to_json(devicetypes)::text AS devicetypes, key_sha256
FROM application_of_key(:?key::bytea)
