-- Removes a gateway; answers what has become of it.
SELECT remove_gateway(:?tenant, :?user, :?expected::bigint[]) AS outcome
