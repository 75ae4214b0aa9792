INSERT INTO templates (project_id, name, spec, revision, created_at, updated_at, created_by)
VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5)
