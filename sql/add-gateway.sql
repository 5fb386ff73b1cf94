-- Makes a gateway; answers what has become of it.
SELECT outcome, culprit
FROM add_gateway(
    :?tenant, :?user, :?label, :?sha256::bytea, :?salt::bytea, :?devices::text[], :?prefixes::text[], :?wide::boolean, :?cap::int)
