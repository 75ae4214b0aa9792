SELECT id, created_at FROM projects ORDER BY id LIMIT $1
