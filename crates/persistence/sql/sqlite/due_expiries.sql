SELECT id FROM missions INDEXED BY missions_expiring
WHERE expires_at IS NOT NULL AND status = 'pending' AND expires_at <= ?1
ORDER BY expires_at
LIMIT ?2
