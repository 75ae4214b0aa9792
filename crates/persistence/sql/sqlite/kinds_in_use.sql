SELECT kind, count(*) AS running FROM leases WHERE project_id = ?1 GROUP BY kind
