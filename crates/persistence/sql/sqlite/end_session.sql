DELETE FROM login_sessions WHERE digest = ?1
