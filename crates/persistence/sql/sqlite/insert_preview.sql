INSERT INTO previews
    (id, project_id, principal, action, priority, chosen, created_at, expires_at, reason)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
