SELECT t.agent_id, t.completed, t.failed
FROM agent_totals AS t
JOIN agents AS g ON g.id = t.agent_id
