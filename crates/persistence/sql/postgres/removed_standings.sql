SELECT t.agent_id, t.completed, t.failed
FROM agent_totals t
JOIN agents g ON g.id = t.agent_id
