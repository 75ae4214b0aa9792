SELECT project_id, capabilities::text, kinds::text
FROM agents
WHERE duty = 'active' AND last_active > $1
