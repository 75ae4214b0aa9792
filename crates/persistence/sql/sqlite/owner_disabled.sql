SELECT disabled FROM users WHERE login = ?1
