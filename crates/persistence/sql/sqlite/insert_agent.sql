INSERT INTO agents (
    id, project_id, name, agent_type, capabilities, kinds, max_concurrent, duty, online,
    registered_at, connected_at, last_active, last_state_change
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
