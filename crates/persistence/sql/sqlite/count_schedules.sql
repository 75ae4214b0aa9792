SELECT count(*), coalesce(max(name = ?2), 0) FROM schedules WHERE project_id = ?1
