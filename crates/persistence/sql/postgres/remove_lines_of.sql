-- Removes lines of these missions, at most $2, and answers how many.
WITH gone AS (
    DELETE FROM mission_logs
    WHERE mission_id = ANY($1)
        AND n = ANY(ARRAY(
            SELECT line.n
            FROM unnest($1::text[]) AS left_by (mission)
            CROSS JOIN LATERAL (
                SELECT l.n FROM mission_logs l
                WHERE l.mission_id = left_by.mission
                ORDER BY l.n
                LIMIT $2::bigint
            ) AS line
            LIMIT $2
        ))
    RETURNING 1
)
SELECT count(*) FROM gone
