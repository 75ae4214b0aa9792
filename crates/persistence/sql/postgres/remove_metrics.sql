-- Removes the rows of minutes before $1, at most $2 at a time, and answers how many. Rows are
-- written in the order of time, so the first ones are the oldest.
WITH gone AS (
    DELETE FROM mission_metrics
    WHERE id = ANY(ARRAY(
        SELECT first.id
        FROM (
            SELECT m.id, m.timestamp FROM mission_metrics m
            ORDER BY m.id
            LIMIT $2::bigint
        ) AS first
        WHERE first.timestamp < $1::timestamptz
    ))
    RETURNING 1
)
SELECT count(*) FROM gone
