SELECT id FROM missions WHERE id > $1 ORDER BY id OFFSET $2::bigint LIMIT 1
