UPDATE agents SET
    agent_type = ?4, capabilities = ?5, kinds = ?6, max_concurrent = ?7, duty = ?8, online = ?9,
    registered_at = ?10, connected_at = ?11, last_active = ?12, last_state_change = ?13
WHERE id = ?1 AND project_id = ?2 AND name = ?3
