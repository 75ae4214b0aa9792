-- The first row in each span of $4 microseconds from $2 on: one probe for each, however many rows
-- lie in between.
WITH RECURSIVE points AS (
    (
        SELECT m.* FROM mission_metrics m
        WHERE m.project_id = $1 AND m.timestamp >= $2::timestamptz AND m.timestamp < $3::timestamptz
        ORDER BY m.timestamp
        LIMIT 1
    )
    UNION ALL
    SELECT next.*
    FROM points p
    CROSS JOIN LATERAL (
        SELECT m.* FROM mission_metrics m
        WHERE m.project_id = $1
            AND m.timestamp < $3
            AND m.timestamp >= $2 + interval '1 microsecond' * $4::bigint * (
                1 + floor(extract(epoch FROM p.timestamp - $2) * 1000000 / $4)::bigint
            )
        ORDER BY m.timestamp
        LIMIT 1
    ) AS next
)
SELECT
    timestamp, total_missions, completed_missions, failed_missions, running_missions,
    average_duration, success_rate, total_tokens, total_cost_nanos
FROM points
LIMIT $5::bigint
