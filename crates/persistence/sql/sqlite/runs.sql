-- The newest ?3 runs of a project before ?2.
SELECT id, project_id, workflow, version, title, input, steps, created_by, created_at, paused
FROM runs
WHERE project_id = ?1 AND id < ?2
ORDER BY id DESC
LIMIT ?3
