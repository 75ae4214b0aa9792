-- Removes sessions that were begun by $1 or unused since $2, the oldest first, at most $3 at a time.
-- None that was begun after $2 is unused since then.
WITH gone AS (
    DELETE FROM login_sessions
    WHERE ctid = ANY(ARRAY(
        SELECT s.ctid FROM login_sessions s
        WHERE s.created_at <= $2::timestamptz
            AND (s.created_at <= $1::timestamptz OR s.last_used_at <= $2::timestamptz)
        ORDER BY s.created_at
        LIMIT $3::bigint
        FOR UPDATE SKIP LOCKED
    ))
    RETURNING 1
)
SELECT count(*) FROM gone
