SELECT id, project_id, kind, capabilities, concurrency_key, fairness_key, priority
FROM lanes
WHERE id = ANY($1)
