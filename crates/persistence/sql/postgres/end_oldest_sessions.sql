-- Ends the oldest sessions of whoever has begun one ($1), but for it and $5 others.
DELETE FROM login_sessions
WHERE digest = ANY(ARRAY(
    SELECT mine.digest FROM (
        SELECT s.digest, s.created_at FROM login_sessions s WHERE s.login = $2
        UNION ALL
        SELECT s.digest, s.created_at FROM login_sessions s WHERE s.token_id = $3
        UNION ALL
        SELECT s.digest, s.created_at FROM login_sessions s WHERE s.fixed_admin = $4
    ) AS mine
    WHERE mine.digest <> $1
    ORDER BY mine.created_at DESC, mine.digest
    OFFSET $5
))
RETURNING digest
