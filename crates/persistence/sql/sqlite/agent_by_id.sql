SELECT id, project_id, name, agent_type, capabilities, kinds, max_concurrent, duty, online,
       registered_at, connected_at, last_active, last_state_change
FROM agents
WHERE id = ?1
