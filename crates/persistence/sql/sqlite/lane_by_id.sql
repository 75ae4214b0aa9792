SELECT project_id, kind, capabilities, concurrency_key, fairness_key, priority
FROM lanes
WHERE id = ?1
