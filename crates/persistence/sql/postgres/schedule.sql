SELECT
    id, project_id, name, spec, revision, paused_at, paused_by, pause_reason, next_tick, decided,
    failures, created_at, updated_at, created_by
FROM schedules
WHERE project_id = $1 AND name = $2
