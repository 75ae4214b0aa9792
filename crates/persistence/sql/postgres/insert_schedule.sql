-- Keeps schedule $3 of project $2 while there are fewer than $11. Answers whether it was made and, where
-- it was not, whether the name is taken: also by whoever was faster.
WITH there AS (
    SELECT count(*) AS many, coalesce(bool_or(s.name = $3), false) AS taken
    FROM schedules s
    WHERE s.project_id = $2
),
made AS (
    INSERT INTO schedules (
        id, project_id, name, spec, revision, paused_at, paused_by, pause_reason, next_tick,
        created_at, updated_at, created_by
    )
    SELECT
        $1, $2, $3, $4, 1, $5::timestamptz, $6::text, $7::text, $8::timestamptz,
        $9::timestamptz, $9::timestamptz, $10
    FROM there
    WHERE many < $11::bigint
    ON CONFLICT (project_id, name) DO NOTHING
    RETURNING 1
)
SELECT EXISTS (SELECT 1 FROM made), taken OR many < $11::bigint FROM there
