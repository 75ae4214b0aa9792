SELECT min(rank) FROM ready WHERE lane_id = ?1 AND rank > ?2
