SELECT id, project_id, name, agent_type, capabilities, kinds, max_concurrent, duty, online,
       registered_at, connected_at, last_active, last_state_change
FROM agents
WHERE project_id = ?1 AND name = ?2
