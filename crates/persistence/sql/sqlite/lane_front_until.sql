SELECT rank FROM ready WHERE lane_id = ?1 AND rank <= ?2 ORDER BY rank LIMIT ?3
