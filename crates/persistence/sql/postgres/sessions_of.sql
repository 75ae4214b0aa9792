SELECT
    s.digest, s.login, s.token_id, s.fixed_admin, s.user_agent, s.created_at, s.last_used_at
FROM login_sessions s
JOIN users u ON u.login = s.login
WHERE s.login = $1 AND NOT u.disabled
ORDER BY s.created_at DESC, s.digest
LIMIT $2
