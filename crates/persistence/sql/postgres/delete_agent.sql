WITH totals AS (DELETE FROM agent_totals WHERE agent_id = $1)
DELETE FROM agents WHERE id = $1
