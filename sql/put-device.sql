-- Replaces what is told of a device, or adds it; answers what has become of it.
SELECT put_device(
    :?tenant, :?wanted::jsonb, :?user, :?sha256::bytea, :?salt::bytea, device_cap(:?tenant, :?cap::int), :?expected::bigint[],
    :?mustExist::boolean, :?mustBeNew::boolean) AS outcome
