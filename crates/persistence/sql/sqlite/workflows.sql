-- The newest version of each workflow behind ?2, by name.
SELECT w.name, w.description, w.version, w.steps, w.created_at, w.created_by
FROM workflows AS w
WHERE w.project_id = ?1 AND w.name > ?2
  AND NOT EXISTS (
      SELECT 1 FROM workflows AS newer
      WHERE newer.project_id = w.project_id AND newer.name = w.name AND newer.version > w.version
  )
ORDER BY w.name
LIMIT ?3
