SELECT id FROM missions INDEXED BY missions_by_parent
WHERE parent_id = ?1 AND id > ?2 AND status IN ('pending', 'running')
ORDER BY id
LIMIT ?3
