-- For sql/replay-unexplained.sql: what no birth explained and nobody has sent again, by its topic, and which births are new. No other
-- index of these dead letters: before their first statistics the planner would read all of it for each birth.
CREATE INDEX dead_letters_unexplained ON dead_letters (topic COLLATE "C", received_at)
    WHERE reason = 'unknown-alias' AND replays = 0 AND NOT waiting;
CREATE INDEX sparkplug_births_received ON sparkplug_births (received_at);
