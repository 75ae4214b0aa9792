SELECT
    u.login, u.name, u.role, u.disabled, u.password IS NOT NULL, u.created_at,
    (SELECT json_group_object(m.project_id, m.role) FROM memberships AS m WHERE m.login = u.login)
FROM users AS u
ORDER BY u.login
LIMIT ?1
