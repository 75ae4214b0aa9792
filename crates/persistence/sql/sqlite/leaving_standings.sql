SELECT a.project_id, a.agent_id,
       count(*) FILTER (WHERE a.outcome = 'completed'),
       count(*) FILTER (WHERE a.outcome IN ('failed', 'lost', 'timed_out'))
FROM json_each(?1) AS leaving
CROSS JOIN attempts AS a ON a.mission_id = leaving.value
CROSS JOIN agents AS g ON g.id = a.agent_id
WHERE a.ended_at >= g.registered_at
  AND a.outcome IN ('completed', 'failed', 'lost', 'timed_out')
GROUP BY a.project_id, a.agent_id
