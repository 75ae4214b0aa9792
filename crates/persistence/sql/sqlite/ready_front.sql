SELECT rank, mission_id FROM ready
WHERE lane_id = ?1 AND rank <= ?2 AND (rank, mission_id) > (?3, ?4)
ORDER BY rank, mission_id
LIMIT ?5
