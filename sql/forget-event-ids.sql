-- Forgets event ids and requests named by an Idempotency-Key that are older than the given times, such as '30d', or with 'off'
-- none; some at a time. Answers how many ids went.
SELECT forget_event_ids(
    nullif(:?keepEventIds, 'off')::interval, nullif(:?keepRequests, 'off')::interval, 1000000) AS forgotten
