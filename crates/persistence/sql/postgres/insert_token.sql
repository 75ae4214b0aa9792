INSERT INTO tokens
    (id, digest, hint, name, owner, role, project_id, agent, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
