INSERT INTO ready (lane_id, rank, mission_id) VALUES (?1, ?2, ?3)
