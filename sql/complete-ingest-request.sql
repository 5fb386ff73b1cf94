-- Notes that Kafka has all events of a request.
UPDATE ingest_requests SET completed = true WHERE tenant_id = :?tenant AND idempotency_key = :?key
