SELECT rank, mission_id FROM ready WHERE lane_id = ?1 ORDER BY rank, mission_id LIMIT ?2
