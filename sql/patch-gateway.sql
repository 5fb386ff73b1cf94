-- Changes what is named of a gateway; answers what has become of it.
SELECT outcome, culprit FROM change_gateway(:?tenant, :?user, :?patch::jsonb, :?wide::boolean, :?expected::bigint[])
