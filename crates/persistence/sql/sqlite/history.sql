-- The first row in each span of ?4 microseconds from ?2 on: one probe for each, however many rows
-- lie in between.
WITH RECURSIVE points (at) AS (
    SELECT min(m.timestamp) FROM mission_metrics AS m
    WHERE m.project_id = ?1 AND m.timestamp >= ?2 AND m.timestamp < ?3
    UNION ALL
    SELECT (
        SELECT min(m.timestamp) FROM mission_metrics AS m
        WHERE m.project_id = ?1
          AND m.timestamp >= ?2 + ((points.at - ?2) / ?4 + 1) * ?4
          AND m.timestamp < ?3
    )
    FROM points
    WHERE points.at IS NOT NULL
)
SELECT timestamp, total_missions, completed_missions, failed_missions, running_missions,
       average_duration, success_rate, total_tokens, total_cost_nanos
FROM points
JOIN mission_metrics ON project_id = ?1 AND timestamp = points.at
LIMIT ?5
