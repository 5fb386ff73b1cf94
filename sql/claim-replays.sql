-- Takes replays that are still to be sent, the oldest dead letters first, up to a number of bytes and one payload more. They are
-- the caller's for half a minute; if he has not sent them by then, whoever asks next does. A turn that ends later than that
-- is of a clock that was ahead.
WITH waiting AS (
    SELECT id, octet_length(payload) AS bytes
    FROM dead_letters
    WHERE sent_replay < replays
        AND (sending_until IS NULL
            OR sending_until NOT BETWEEN clock_timestamp() AND clock_timestamp() + interval '30 seconds')
    ORDER BY id
    LIMIT :?rows
    FOR UPDATE SKIP LOCKED
), measured AS (
    SELECT id, sum(bytes) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
    FROM waiting
)
UPDATE dead_letters AS letter
SET sending_until = clock_timestamp() + interval '30 seconds'
FROM measured
WHERE letter.id = measured.id AND coalesce(bytes_before, 0) < :?bytes
RETURNING letter.id, replays, record_key, headers, received_at, payload
