-- Up to a bound: how much busier than that a key is makes no difference.
SELECT count(*)
FROM (SELECT 1 FROM leases WHERE project_id = ?1 AND fairness_key = ?2 LIMIT ?3)
