SELECT version, definition, created_at, created_by
FROM workflows
WHERE project_id = ?1 AND name = ?2 AND version <= ?3
ORDER BY version DESC
LIMIT 1
