SELECT
    s.digest, s.login, s.token_id, s.fixed_admin, s.user_agent, s.created_at, s.last_used_at,
    t.id, t.hint, t.name, t.owner, t.role, t.project_id, t.agent, t.created_at, t.expires_at,
    t.last_used_at, t.revoked_at,
    u.login, u.name, u.role, u.disabled, u.password IS NOT NULL, u.created_at,
    (SELECT jsonb_object_agg(m.project_id, m.role)::text FROM memberships m WHERE m.login = u.login)
FROM login_sessions s
LEFT JOIN tokens t ON t.id = s.token_id
LEFT JOIN users u ON u.login = coalesce(s.login, t.owner)
WHERE s.digest = $1
