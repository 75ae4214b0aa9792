INSERT INTO workflows (
    project_id, name, version, description, steps, definition, created_at, created_by
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
