SELECT project_id, kind, paused, running_limit, key_limit FROM queues WHERE project_id = ?1
