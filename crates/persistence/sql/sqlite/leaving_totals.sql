SELECT m.project_id, m.status, m.priority, count(*),
       coalesce(sum(m.tokens_used), 0),
       coalesce(sum(m.cost_nanos), 0),
       coalesce(sum(m.settled_duration_us) FILTER (WHERE m.settled_duration_us >= 0), 0),
       count(*) FILTER (WHERE m.settled_duration_us >= 0),
       min(m.id), max(m.id)
FROM json_each(?1) AS leaving
CROSS JOIN missions AS m ON m.id = leaving.value
GROUP BY m.project_id, m.status, m.priority
