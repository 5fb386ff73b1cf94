-- Drops windows of days that ended longer ago than keepWindows, such as '365d', or with 'off' nothing: so many at a time that
-- it takes seconds. Answers how many went.
SELECT drop_windows_older_than(nullif(:?keepWindows, 'off')::interval, 200000) AS windows
