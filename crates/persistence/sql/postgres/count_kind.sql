SELECT count(*) FROM leases WHERE project_id = $1 AND kind = $2
