-- The next version of a definition, unless it is the newest; nothing when another one came between.
WITH
newest AS (
    SELECT version, definition, created_at, created_by
    FROM workflows
    WHERE project_id = $1 AND name = $2
    ORDER BY version DESC
    LIMIT 1
),
made AS (
    INSERT INTO workflows
        (project_id, name, version, description, steps, definition, created_at, created_by)
    SELECT
        $1, $2, coalesce((SELECT version FROM newest), 0) + 1, $3, $4::bigint, $5,
        $6::timestamptz, $7
    WHERE NOT EXISTS (SELECT FROM newest WHERE newest.definition = $5)
    ON CONFLICT DO NOTHING
    RETURNING version, created_at, created_by
)
SELECT true, version, created_at, created_by FROM made
UNION ALL
SELECT false, version, created_at, created_by FROM newest WHERE newest.definition = $5
