SELECT
    t.id, t.hint, t.name, t.owner, t.role, t.project_id, t.agent, t.created_at, t.expires_at,
    t.last_used_at, t.revoked_at,
    u.login, u.name, u.role, u.disabled, u.password IS NOT NULL, u.created_at,
    (SELECT json_group_object(m.project_id, m.role) FROM memberships AS m WHERE m.login = u.login)
FROM tokens AS t
LEFT JOIN users AS u ON u.login = t.owner
WHERE t.digest = ?1
