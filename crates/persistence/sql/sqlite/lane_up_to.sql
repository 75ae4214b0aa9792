SELECT rank FROM ready
WHERE lane_id = ?1 AND (rank, mission_id) <= (?2, ?3)
ORDER BY rank, mission_id
LIMIT ?4
