SELECT coalesce(max(n), 0) FROM mission_logs WHERE mission_id = ?1
