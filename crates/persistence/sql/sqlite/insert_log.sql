INSERT INTO mission_logs (mission_id, n, at, level, text, lease_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
