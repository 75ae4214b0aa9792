DELETE FROM agent_totals WHERE agent_id = ?1
