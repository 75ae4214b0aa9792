SELECT id FROM lanes
WHERE project_id = ?1 AND kind = ?2 AND capabilities = ?3 AND concurrency_key = ?4
  AND fairness_key = ?5 AND priority = ?6
