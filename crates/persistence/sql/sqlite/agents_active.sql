SELECT project_id, kinds, capabilities
FROM agents
WHERE project_id = ?1 AND duty = 'active' AND last_active > ?2
