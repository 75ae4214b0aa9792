SELECT project_id, kind, paused, running_limit::bigint, key_limit::bigint
FROM queues
WHERE project_id = ANY($1)
