SELECT project_id, kinds, capabilities FROM agents WHERE duty = 'active' AND last_active > ?1
