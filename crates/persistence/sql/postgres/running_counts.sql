SELECT project_id, kind, concurrency_key, fairness_key, count(*)
FROM leases
GROUP BY project_id, kind, concurrency_key, fairness_key
