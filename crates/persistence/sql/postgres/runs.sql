-- The newest $3 runs before $2, project by project.
SELECT
    r.id, r.project_id, r.workflow, r.version, r.title, r.input, r.steps, r.created_by, r.created_at,
    r.paused
FROM unnest(coalesce($1::text[], ARRAY(SELECT id FROM projects))) AS project (id)
CROSS JOIN LATERAL (
    SELECT * FROM runs
    WHERE runs.project_id = project.id AND runs.id < $2
    ORDER BY runs.id DESC
    LIMIT $3::bigint
) AS r
ORDER BY r.id DESC
LIMIT $3::bigint
