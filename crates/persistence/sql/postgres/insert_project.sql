INSERT INTO projects (id, created_at) VALUES ($1, $2)
