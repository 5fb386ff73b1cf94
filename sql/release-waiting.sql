-- Asks for the replay of messages that wait because they were beyond the limit of their tenant, as far as it has room. Of a
-- tenant without a limit of its own the given one holds, or with 'off' none. Answers how many.
SELECT release_waiting(nullif(:?limit, 'off')::int, clock_timestamp()) AS released
