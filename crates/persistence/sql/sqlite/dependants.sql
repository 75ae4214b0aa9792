SELECT mission_id FROM dependencies
WHERE dependency_id = ?1 AND mission_id > ?2
ORDER BY mission_id
LIMIT ?3
