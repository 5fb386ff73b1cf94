-- A place on iot.raw is another message's when the topic was deleted and made anew, or Kafka lost its files. The time of receipt, which a
-- record has for good, tells them apart; it is null for what is stamped again each time it is read.
ALTER TABLE dead_letters ADD COLUMN stamped_at timestamptz;
COMMENT ON COLUMN dead_letters.stamped_at IS 'time of receipt as the record at this place has it, a part of its identity';
UPDATE dead_letters SET stamped_at = received_at
WHERE CASE
    WHEN stage <> 'ingest' OR strpos(headers::text, '\u0000') > 0 THEN true -- which no text of the database can hold
    ELSE headers ->> 'origin' IS NULL
END;

ALTER TABLE dead_letters
    DROP CONSTRAINT dead_letters_origin_topic_origin_partition_origin_offset_key,
    ADD CONSTRAINT dead_letters_identity
        UNIQUE NULLS NOT DISTINCT (origin_topic, origin_partition, origin_offset, stamped_at);
