SELECT kind, count(*) FROM leases WHERE project_id = $1 GROUP BY kind
