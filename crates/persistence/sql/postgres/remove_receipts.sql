-- Removes the oldest answers from before $1, at most $2 at a time, and answers how many. Those of a
-- schedule stay while one of its ticks is to be fired: they alone tell whether it was.
WITH gone AS (
    DELETE FROM receipts
    WHERE ctid = ANY(ARRAY(
        SELECT r.ctid FROM receipts r
        WHERE r.created_at < $1::timestamptz
            AND NOT EXISTS (
                SELECT 1 FROM schedule_ticks k
                WHERE k.outcome = 'due' AND r.principal = 'schedule:' || k.schedule_id
            )
        ORDER BY r.created_at
        LIMIT $2::bigint
        FOR UPDATE SKIP LOCKED
    ))
    RETURNING 1
)
SELECT count(*) FROM gone
