SELECT
    s.id, s.project_id, s.name, s.spec, s.revision, s.paused_at, s.paused_by, s.pause_reason,
    s.next_tick, s.decided, s.failures, s.created_at, s.updated_at, s.created_by,
    k.n, k.tick, k.outcome, k.mission_id, k.run_id, k.reason, k.since, k.covers, k.decided_at,
    k.settled_at
FROM schedule_ticks k
JOIN schedules s ON s.id = k.schedule_id
WHERE k.outcome = 'due' AND k.decided_at < $1::timestamptz
ORDER BY k.decided_at, k.schedule_id, k.n
LIMIT $2::bigint
