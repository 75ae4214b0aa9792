SELECT project_id, kind, count(*) FROM leases GROUP BY project_id, kind
