SELECT
    id, project_id, workflow, version, title, input, steps, created_by, created_at, paused
FROM runs
WHERE id = $1 AND ($2::text[] IS NULL OR project_id = ANY($2))
