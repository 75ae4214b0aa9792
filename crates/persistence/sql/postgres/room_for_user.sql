SELECT count(*), coalesce(bool_or(login = $1), false) FROM users
