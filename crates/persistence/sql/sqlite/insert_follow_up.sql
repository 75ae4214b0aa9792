INSERT INTO follow_ups (mission_id, project_id, what) VALUES (?1, ?2, ?3)
