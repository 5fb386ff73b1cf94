-- Notes a request that is named by an Idempotency-Key, and answers what is known by that name: itself, or the one that had it
-- first, and whether its body was the same. Of two at the same time, the second waits for the first and then sees it.
INSERT INTO ingest_requests AS known (tenant_id, idempotency_key, received_at, request_id, body_sha256, accepted)
VALUES (
    :?tenant, :?key, moment(:?receivedAt::bigint), :?request::uuid, :?sha256::bytea, :?accepted::int)
ON CONFLICT (tenant_id, idempotency_key) DO UPDATE SET tenant_id = known.tenant_id
RETURNING request_id, received_at, body_sha256 = :?sha256::bytea AS same, completed
