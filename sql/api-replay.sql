-- What has become of the dead letters of a tenant whose replay was last asked for by a request.
SELECT
    :?replay::bigint AS replay,
    count(*) AS requested,
    min(replayed_at) AS replayed_at,
    count(*) FILTER (WHERE state = 'replaying') AS replaying,
    count(*) FILTER (WHERE state = 'resolved') AS resolved,
    count(*) FILTER (WHERE state = 'open') AS open
FROM (
    SELECT replayed_at, dead_letter_state(replays, failed_replay, resolved_replay) AS state
    FROM dead_letters
    WHERE tenant_id = :?tenant AND replay = :?replay) AS letter
