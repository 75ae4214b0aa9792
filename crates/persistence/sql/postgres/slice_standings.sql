SELECT
    a.agent_id,
    count(*) FILTER (WHERE a.outcome = 'completed'),
    count(*) FILTER (WHERE a.outcome IN ('failed', 'lost', 'timed_out'))
FROM attempts a
JOIN agents g ON g.id = a.agent_id AND a.ended_at >= g.registered_at
WHERE a.mission_id > $1 AND a.mission_id <= $2
GROUP BY a.agent_id
