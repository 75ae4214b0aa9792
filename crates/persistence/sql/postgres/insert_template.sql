-- Keeps template $2 of project $1 while there are fewer than $6. Answers whether it was made and, where
-- it was not, whether the name is taken: also by whoever was faster.
WITH there AS (
    SELECT count(*) AS many, coalesce(bool_or(t.name = $2), false) AS taken
    FROM templates t
    WHERE t.project_id = $1
),
made AS (
    INSERT INTO templates (project_id, name, spec, revision, created_at, updated_at, created_by)
    SELECT $1, $2, $3, 1, $4::timestamptz, $4::timestamptz, $5
    FROM there
    WHERE many < $6::bigint
    ON CONFLICT (project_id, name) DO NOTHING
    RETURNING 1
)
SELECT EXISTS (SELECT 1 FROM made), taken OR many < $6::bigint FROM there
