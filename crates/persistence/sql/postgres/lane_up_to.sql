-- The first missions of a lane up to one of them.
SELECT r.rank
FROM ready r
WHERE r.lane_id = $1 AND (r.rank, r.mission_id) <= ($2, $3)
ORDER BY r.rank, r.mission_id
LIMIT $4
