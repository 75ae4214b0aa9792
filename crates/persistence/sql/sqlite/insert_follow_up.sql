INSERT INTO follow_ups (mission_id, run_id, project_id, what, asked_by, reason)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
