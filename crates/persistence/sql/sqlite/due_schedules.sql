SELECT
    id, project_id, name, spec, revision, paused_at, paused_by, pause_reason, next_tick, decided,
    failures, created_at, updated_at, created_by
FROM schedules INDEXED BY schedules_due
WHERE next_tick <= ?1 AND next_tick IS NOT NULL AND paused_at IS NULL
ORDER BY next_tick
LIMIT ?2
