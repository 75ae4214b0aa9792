WHERE a.project_id = $1 AND a.name = $2 FOR NO KEY UPDATE
