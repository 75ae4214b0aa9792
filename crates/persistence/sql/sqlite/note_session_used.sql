-- Never back, never ahead of now (?3), and not of one that is over, being unused since ?4 or begun by
-- ?5, which would begin anew.
UPDATE login_sessions
SET last_used_at = min(?2, ?3)
WHERE digest = ?1 AND last_used_at < min(?2, ?3) AND last_used_at > ?4 AND created_at > ?5
