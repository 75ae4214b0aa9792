SELECT rank FROM ready WHERE lane_id = ?1 ORDER BY rank LIMIT ?2
