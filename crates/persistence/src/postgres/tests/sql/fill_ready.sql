INSERT INTO ready (lane_id, rank, mission_id)
SELECT lane_id, ready_rank, id FROM missions WHERE lane_id IS NOT NULL ORDER BY 1, 2, 3
