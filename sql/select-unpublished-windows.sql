-- The windows that are still to be published, in the order of their revisions, for the one who publishes; nothing for the
-- others. His turn ends 15 s after his last question. A turn that ends later than that is of a clock that was ahead.
WITH turn AS (
    UPDATE window_state
    SET publisher = :?publisher, publishing_until = clock_timestamp() + interval '15 seconds'
    WHERE (publisher IS NULL
            OR publisher = :?publisher
            OR publishing_until NOT BETWEEN clock_timestamp() AND clock_timestamp() + interval '15 seconds')
        AND EXISTS (SELECT FROM windows WHERE revision > published)
    RETURNING published)
SELECT page.*
FROM turn
CROSS JOIN LATERAL (
    SELECT revision, tenant_id, device_id, metric, width, start, count, sum, avg, min, max, stddev, first, last
    FROM windows
    WHERE revision > turn.published
    ORDER BY revision
    LIMIT :?rows) AS page
ORDER BY revision
