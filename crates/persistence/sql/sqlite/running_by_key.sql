SELECT count(*) FROM leases WHERE project_id = ?1 AND concurrency_key = ?2
