-- A message that is taken apart may be so again, after a crash or when iot.raw is read again. Its parts get other places on iot.raw
-- then, but a part is known by the place of the whole and its number.
ALTER TABLE dead_letters
    ADD COLUMN origin_part int,
    DROP CONSTRAINT dead_letters_identity,
    ADD CONSTRAINT dead_letters_identity
        UNIQUE NULLS NOT DISTINCT (origin_topic, origin_partition, origin_offset, stamped_at, origin_part);
COMMENT ON COLUMN dead_letters.origin_part IS
    'of a part of the message at this place: 0 for the message without its rows, 1 for the first row; else null';

-- sql/replay-unexplained.sql looks for the messages of a birth, 2 seconds after 2 seconds. Whom the session of a birth cannot explain,
-- because another process took it in, it shall not read again and again: so that stands in the index as well.
DROP INDEX dead_letters_unexplained;
CREATE INDEX dead_letters_unexplained ON dead_letters (
    topic COLLATE "C",
    origin_partition,
    (CASE WHEN strpos(headers::text, '\u0000') = 0 THEN coalesce(headers ->> 'received-by', '') END) COLLATE "C",
    received_at)
    WHERE reason = 'unknown-alias' AND replays = 0 AND NOT waiting AND NOT enriched AND octet_length(payload) = payload_length;
