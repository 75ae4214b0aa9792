missions AS m INDEXED BY missions_by_agent_type
WHERE m.agent_type = :of
