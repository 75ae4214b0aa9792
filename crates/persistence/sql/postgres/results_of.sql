-- What those of these missions that are completed have found.
SELECT
    m.id, m.run_id, m.step_key,
    CASE WHEN m.status = 'completed' THEN m.result::text END
FROM missions m
WHERE m.id = ANY($1) AND ($2::text[] IS NULL OR m.project_id = ANY($2))
