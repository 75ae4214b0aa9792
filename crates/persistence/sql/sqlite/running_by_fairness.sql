SELECT project_id, fairness_key, count(*) FROM leases GROUP BY project_id, fairness_key
