-- A log that has lost its end (a power cut, an unclean election) gets other messages at offsets that were counted already. They are
-- of a later epoch of the partition's leader, which tells them from messages that are read again.
ALTER TABLE ledger_positions ADD COLUMN epoch int;
COMMENT ON COLUMN ledger_positions.epoch IS 'the newest leader epoch that was counted; null where none is known';

-- Has the messages of a batch counted on where they are in the place of others, which stay counted: the offsets go back. To be
-- called before count_messages, whose topic it answers. In the rule it changes nothing. What it goes by is known from the second batch
-- of a partition on.
--   parts, epochs, starts: for each leader epoch that a partition of the batch has, its first offset there
CREATE FUNCTION follow_log(topic_name text, parts int[], epochs int[], starts bigint[]) RETURNS text
    LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
            SELECT FROM unnest(parts, epochs) AS read (part, epoch)
                JOIN ledger_positions AS known ON known.topic = topic_name AND known.partition = part
            WHERE known.epoch IS NULL OR known.epoch < read.epoch) THEN
        RETURN topic_name;
    END IF;
    -- in their order, as those who count take them
    PERFORM FROM ledger_positions AS known WHERE known.topic = topic_name AND known.partition = ANY (parts)
        ORDER BY known.partition FOR UPDATE;
    UPDATE ledger_positions AS place
    SET first = place.first + least(0, turn.start - place.next),
        next = least(place.next, turn.start), -- which ignores null
        epoch = turn.newest
    FROM (
        SELECT part, max(read.epoch) AS newest, min(start) FILTER (WHERE read.epoch > known.epoch) AS start
        FROM unnest(parts, epochs, starts) AS read (part, epoch, start)
            JOIN ledger_positions AS known ON known.topic = topic_name AND known.partition = part
        GROUP BY part) AS turn
    WHERE place.topic = topic_name AND place.partition = turn.part
        AND (place.epoch IS NULL OR place.epoch < turn.newest);
    RETURN topic_name;
END
$$;
