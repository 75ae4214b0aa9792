SELECT count(*), coalesce(max(login = ?1), 0) FROM users
