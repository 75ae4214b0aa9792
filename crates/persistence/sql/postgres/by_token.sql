SELECT
    t.id, t.hint, t.name, t.owner, t.role, t.project_id, t.agent, t.created_at, t.expires_at,
    t.last_used_at, t.revoked_at,
    u.login, u.name, u.role, u.disabled, u.password IS NOT NULL, u.created_at,
    (SELECT jsonb_object_agg(m.project_id, m.role)::text FROM memberships m WHERE m.login = u.login)
FROM tokens t
LEFT JOIN users u ON u.login = t.owner
WHERE t.digest = $1
