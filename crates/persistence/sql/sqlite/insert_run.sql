INSERT INTO runs (
    id, project_id, workflow, version, title, input, steps, created_by, created_at, paused
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
