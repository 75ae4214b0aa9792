SELECT
    id, project_id, workflow, version, title, input, steps, created_by, created_at, paused
FROM runs
WHERE id = ANY($1)
ORDER BY id
FOR NO KEY UPDATE
