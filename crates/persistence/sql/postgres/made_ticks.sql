-- Those alone that were fired or are to be; the index is of them alone.
SELECT n, tick, outcome, mission_id, run_id, reason, since, covers, decided_at, settled_at
FROM schedule_ticks
WHERE schedule_id = $1 AND n < $2 AND outcome IN ('due', 'fired')
ORDER BY n DESC
LIMIT $3::bigint
