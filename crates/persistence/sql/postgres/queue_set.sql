SELECT kind, paused, running_limit::bigint, key_limit::bigint, updated_at, updated_by
FROM queues
WHERE project_id = $1 AND kind = $2
