-- Missions that wait in one of these lanes though it is not there.
SELECT lane.id
FROM unnest($1::bigint[]) AS lane (id)
WHERE (SELECT r.rank FROM ready r WHERE r.lane_id = lane.id LIMIT 1) IS NOT NULL
    AND (SELECT l.id FROM lanes l WHERE l.id = lane.id) IS NULL
LIMIT 1
