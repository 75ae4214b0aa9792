WHERE a.id = $1 AND ($2::text[] IS NULL OR a.project_id = ANY($2)) FOR NO KEY UPDATE
