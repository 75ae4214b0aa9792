INSERT INTO lanes (project_id, kind, capabilities, concurrency_key, fairness_key, priority)
SELECT DISTINCT project_id, kind, '[]', '', coalesce(fairness_key, project_id), priority
FROM missions
WHERE status = 'pending' AND NOT held
