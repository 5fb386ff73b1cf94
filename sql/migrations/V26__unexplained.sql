-- What no birth explained when it came, and nobody has sent again, by node and group: sql/replay-unexplained.sql looks for it.
CREATE INDEX dead_letters_unexplained ON dead_letters (split_part(topic, '/', 4), split_part(topic, '/', 2))
    WHERE reason = 'unknown-alias' AND replays = 0;
