INSERT INTO login_sessions
    (digest, login, token_id, fixed_admin, user_agent, created_at, last_used_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
