-- Removes the oldest answers from before $1, at most $2 at a time, and answers how many.
WITH gone AS (
    DELETE FROM receipts
    WHERE ctid = ANY(ARRAY(
        SELECT r.ctid FROM receipts r
        WHERE r.created_at < $1::timestamptz
        ORDER BY r.created_at
        LIMIT $2::bigint
        FOR UPDATE SKIP LOCKED
    ))
    RETURNING 1
)
SELECT count(*) FROM gone
