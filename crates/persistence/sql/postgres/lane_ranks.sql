-- The first missions of every lane of a project that may start now.
SELECT lane.id, front.rank, front.mission_id
FROM lanes lane
CROSS JOIN LATERAL (
    SELECT r.rank, r.mission_id FROM ready r
    WHERE r.lane_id = lane.id AND r.rank <= $2
    ORDER BY r.rank, r.mission_id
    LIMIT $3
) AS front
WHERE lane.project_id = $1
ORDER BY lane.id, front.rank, front.mission_id
