SELECT id, 1 + lease_id
FROM missions
WHERE root_id = ?1 AND parent_id IS NOT NULL
ORDER BY id DESC
LIMIT ?2
