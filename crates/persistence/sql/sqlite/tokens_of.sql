SELECT
    t.id, t.hint, t.name, t.owner, t.role, t.project_id, t.agent, t.created_at, t.expires_at,
    t.last_used_at, t.revoked_at
FROM tokens AS t
WHERE t.owner = ?1 AND t.revoked_at IS NULL
ORDER BY t.created_at DESC, t.id DESC
LIMIT ?2
