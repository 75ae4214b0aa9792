SELECT
    u.login, u.name, u.role, u.disabled, u.password IS NOT NULL, u.created_at,
    (SELECT jsonb_object_agg(m.project_id, m.role)::text FROM memberships m WHERE m.login = u.login)
FROM users u
ORDER BY u.login
LIMIT $1
