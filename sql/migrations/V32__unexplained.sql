-- sql/replay-unexplained.sql looks for the messages of a birth, 2 seconds after 2 seconds. Whom the session of a birth cannot explain,
-- because another process took it in, it shall not read again and again: so that stands in the index as well.
DROP INDEX dead_letters_unexplained;
CREATE INDEX dead_letters_unexplained ON dead_letters (
    topic COLLATE "C",
    origin_partition,
    (CASE WHEN strpos(headers::text, '\u0000') = 0 THEN coalesce(headers ->> 'received-by', '') END) COLLATE "C",
    received_at)
    WHERE reason = 'unknown-alias' AND replays = 0 AND NOT waiting AND NOT enriched AND octet_length(payload) = payload_length;
