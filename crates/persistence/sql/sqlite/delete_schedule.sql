DELETE FROM schedules WHERE project_id = ?1 AND name = ?2
