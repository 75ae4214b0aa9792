SELECT n, at, level, text, lease_id FROM mission_logs
WHERE mission_id = ?1 AND n > ?2 AND level >= ?3
ORDER BY n
LIMIT ?4
