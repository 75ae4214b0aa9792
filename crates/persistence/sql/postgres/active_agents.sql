SELECT project_id, capabilities::text, kinds::text
FROM agents
WHERE project_id = $1 AND duty = 'active' AND last_active > $2
