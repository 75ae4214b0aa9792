SELECT count(*), coalesce(max(name = ?2), 0) FROM templates WHERE project_id = ?1
