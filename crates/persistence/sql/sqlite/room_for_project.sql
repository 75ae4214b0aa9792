SELECT count(*), coalesce(max(id = ?1), 0) FROM projects
