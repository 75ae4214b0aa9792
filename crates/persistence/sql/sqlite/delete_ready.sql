DELETE FROM ready WHERE lane_id = ?1 AND rank = ?2 AND mission_id = ?3
