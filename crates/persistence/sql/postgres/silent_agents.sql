SELECT id FROM agents WHERE online AND last_active <= $1 LIMIT $2
