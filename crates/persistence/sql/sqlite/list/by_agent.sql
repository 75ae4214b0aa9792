missions AS m INDEXED BY missions_by_agent
WHERE m.agent_id = :of
