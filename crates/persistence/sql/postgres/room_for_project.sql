SELECT count(*), coalesce(bool_or(id = $1), false) FROM projects
