SELECT
    u.login, u.name, u.role, u.disabled, u.password IS NOT NULL, u.created_at,
    (SELECT json_group_object(m.project_id, m.role) FROM memberships AS m WHERE m.login = u.login),
    u.password
FROM users AS u
WHERE u.login = ?1
