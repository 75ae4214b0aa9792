-- The lanes behind ?1, at most ?2: when each was last seen with a mission, and whether it has one.
SELECT lane.id, lane.seen_at, EXISTS (SELECT 1 FROM ready WHERE ready.lane_id = lane.id)
FROM lanes AS lane
WHERE lane.id > ?1
ORDER BY lane.id
LIMIT ?2
