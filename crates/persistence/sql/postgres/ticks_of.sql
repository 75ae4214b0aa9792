SELECT n, tick, outcome, mission_id, run_id, reason, since, covers, decided_at, settled_at
FROM schedule_ticks
WHERE schedule_id = $1 AND n < $2
ORDER BY n DESC
LIMIT $3::bigint
