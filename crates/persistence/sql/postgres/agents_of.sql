WHERE a.project_id = $1 ORDER BY a.name, a.id
