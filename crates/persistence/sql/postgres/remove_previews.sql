-- Removes the oldest selections from before $1, at most $2 at a time, and answers how many.
WITH gone AS (
    DELETE FROM previews
    WHERE ctid = ANY(ARRAY(
        SELECT p.ctid FROM previews p
        WHERE p.created_at < $1::timestamptz
        ORDER BY p.created_at
        LIMIT $2::bigint
        FOR UPDATE SKIP LOCKED
    ))
    RETURNING 1
)
SELECT count(*) FROM gone
