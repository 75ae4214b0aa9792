-- Removes tokens that are over or revoked since $1, the oldest first, at most $2 of each at a time;
-- their sessions go with them.
WITH gone AS (
    DELETE FROM tokens
    WHERE ctid = ANY(ARRAY(
        SELECT t.ctid FROM tokens t
        WHERE t.expires_at <= $1::timestamptz
        ORDER BY t.expires_at
        LIMIT $2::bigint
        FOR UPDATE SKIP LOCKED
    ) || ARRAY(
        SELECT t.ctid FROM tokens t
        WHERE t.revoked_at <= $1::timestamptz
        ORDER BY t.revoked_at
        LIMIT $2::bigint
        FOR UPDATE SKIP LOCKED
    ))
    RETURNING 1
)
SELECT count(*) FROM gone
