SELECT g.id,
       count(*) FILTER (WHERE a.outcome = 'completed'),
       count(*) FILTER (WHERE a.outcome IN ('failed', 'lost', 'timed_out'))
FROM attempts AS a
JOIN agents AS g ON g.id = a.agent_id
WHERE a.mission_id > ?1 AND a.mission_id <= ?2
  AND a.ended_at >= g.registered_at
  AND a.outcome IN ('completed', 'failed', 'lost', 'timed_out')
GROUP BY g.id
