-- Never back, never ahead of now (?3).
UPDATE tokens
SET last_used_at = min(?2, ?3)
WHERE id = ?1 AND revoked_at IS NULL AND (last_used_at IS NULL OR last_used_at < min(?2, ?3))
