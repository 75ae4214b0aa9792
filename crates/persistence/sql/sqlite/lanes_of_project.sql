SELECT id, project_id, kind, capabilities, concurrency_key, fairness_key, priority
FROM lanes
WHERE project_id = ?1
