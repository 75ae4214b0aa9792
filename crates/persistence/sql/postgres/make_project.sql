INSERT INTO projects (id, created_at) VALUES ($1, now()) ON CONFLICT DO NOTHING
