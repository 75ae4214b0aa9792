-- The next version of a definition, unless it is the newest, or there are as many as there may be: $8
-- versions of a workflow, $9 workflows of a project, of which each is looked up from the one before.
-- Nothing when another one came between.
WITH RECURSIVE
newest AS (
    SELECT version, definition, created_at, created_by
    FROM workflows
    WHERE project_id = $1 AND name = $2
    ORDER BY version DESC
    LIMIT 1
),
names AS (
    (
        SELECT name FROM workflows
        WHERE project_id = $1
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
),
lacking AS (
    SELECT CASE
        WHEN EXISTS (SELECT FROM newest)
            THEN (SELECT 'versions' FROM newest WHERE version >= $8::bigint AND definition <> $5)
        WHEN $9::bigint <= (
            SELECT count(*)
            FROM (SELECT FROM names WHERE name IS NOT NULL LIMIT $9::bigint) AS counted
        )
            THEN 'workflows'
    END AS room_for
),
made AS (
    INSERT INTO workflows
        (project_id, name, version, description, steps, definition, created_at, created_by)
    SELECT
        $1, $2, coalesce((SELECT version FROM newest), 0) + 1, $3, $4::bigint, $5,
        $6::timestamptz, $7
    FROM lacking
    WHERE room_for IS NULL AND NOT EXISTS (SELECT FROM newest WHERE newest.definition = $5)
    ON CONFLICT DO NOTHING
    RETURNING version, created_at, created_by
)
SELECT 'made', version, created_at, created_by FROM made
UNION ALL
SELECT 'same', version, created_at, created_by FROM newest WHERE newest.definition = $5
UNION ALL
SELECT room_for, NULL, NULL, NULL FROM lacking WHERE room_for IS NOT NULL
