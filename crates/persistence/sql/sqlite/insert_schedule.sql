INSERT INTO schedules (
    id, project_id, name, spec, revision, paused_at, paused_by, pause_reason, next_tick,
    created_at, updated_at, created_by
)
VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?9, ?10)
