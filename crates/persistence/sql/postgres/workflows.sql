-- The newest version of each workflow behind $2, by name: each is looked up from the one before.
WITH RECURSIVE names AS (
    (
        SELECT name FROM workflows
        WHERE project_id = $1 AND name > $2
        ORDER BY name
        LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT w.name FROM workflows w
        WHERE w.project_id = $1 AND w.name > names.name
        ORDER BY w.name
        LIMIT 1
    )
    FROM names
    WHERE names.name IS NOT NULL
)
SELECT w.name, w.description, w.version, w.steps, w.created_at, w.created_by
FROM (SELECT name FROM names WHERE name IS NOT NULL LIMIT $3::bigint) AS found
CROSS JOIN LATERAL (
    SELECT * FROM workflows w
    WHERE w.project_id = $1 AND w.name = found.name
    ORDER BY w.version DESC
    LIMIT 1
) AS w
ORDER BY w.name
