-- A message that is taken apart may be so again, after a crash or when iot.raw is read again. Its parts get other places on iot.raw
-- then, but a part is known by the place of the whole and its number.
ALTER TABLE dead_letters
    ADD COLUMN origin_part int,
    DROP CONSTRAINT dead_letters_identity,
    ADD CONSTRAINT dead_letters_identity
        UNIQUE NULLS NOT DISTINCT (origin_topic, origin_partition, origin_offset, stamped_at, origin_part);
COMMENT ON COLUMN dead_letters.origin_part IS
    'of a part of the message at this place: 0 for the message without its rows, 1 for the first row; else null';
