-- What an agent that asks may hold, and what it holds.
SELECT duty, max_concurrent, (SELECT count(*) FROM leases WHERE agent_id = ?1)
FROM agents
WHERE id = ?1
