-- Drops what is older than the given times, such as '90d', or with 'off' nothing; answers how many days of each time series,
-- and how many dead letters, commands that nobody can answer in time any more, and rows of the audit log, went.
WITH old AS (
    DELETE FROM dead_letters
    WHERE failed_at < now() - nullif(:?keepDeadLetters, 'off')::interval
    RETURNING id
), finished AS (
    DELETE FROM commands
    WHERE expires_at < now() - nullif(:?keepCommands, 'off')::interval
    RETURNING command_id)
SELECT
    drop_partitions_older_than('readings', nullif(:?keepReadings, 'off')::interval) AS readings,
    drop_partitions_older_than('events', nullif(:?keepEvents, 'off')::interval) AS events,
    drop_partitions_older_than('trend_statistics', nullif(:?keepTrends, 'off')::interval) AS trends,
    forget_audit(nullif(:?keepAudit, 'off')::interval) AS audit,
    (SELECT count(*) FROM old) AS dead_letters,
    (SELECT count(*) FROM finished) AS commands
