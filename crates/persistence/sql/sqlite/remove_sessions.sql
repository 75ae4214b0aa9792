-- Removes sessions that were begun by ?1 or unused since ?2, the oldest first, at most ?3 at a time.
-- None that was begun after ?2 is unused since then.
DELETE FROM login_sessions
WHERE digest IN (
    SELECT s.digest FROM login_sessions AS s INDEXED BY login_sessions_by_time
    WHERE s.created_at <= ?2 AND (s.created_at <= ?1 OR s.last_used_at <= ?2)
    ORDER BY s.created_at
    LIMIT ?3
)
