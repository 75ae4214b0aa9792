-- Removes the oldest lines from before $1, about $2 at a time, and answers how many.
WITH
turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(7881702260438429043) AS ours),
gone AS (
    DELETE FROM mission_logs
    WHERE (SELECT turn.ours FROM turn)
        AND at <= (
            SELECT max(oldest.at)
            FROM (
                SELECT g.at FROM mission_logs g
                WHERE g.at < $1::timestamptz
                ORDER BY g.at
                LIMIT $2::bigint
            ) AS oldest
        )
    RETURNING 1
)
SELECT count(*) FROM gone
