-- Removes tokens that are over or revoked since ?1, the oldest first, at most ?2 of each at a time;
-- their sessions go with them.
DELETE FROM tokens
WHERE id IN (
    SELECT * FROM (
        SELECT t.id FROM tokens AS t INDEXED BY tokens_expiring
        WHERE t.expires_at IS NOT NULL AND t.expires_at <= ?1
        ORDER BY t.expires_at
        LIMIT ?2
    )
    UNION ALL
    SELECT * FROM (
        SELECT t.id FROM tokens AS t INDEXED BY tokens_revoked
        WHERE t.revoked_at IS NOT NULL AND t.revoked_at <= ?1
        ORDER BY t.revoked_at
        LIMIT ?2
    )
)
