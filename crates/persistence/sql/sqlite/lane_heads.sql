-- A loose index scan: one probe for each lane that has a row, whatever its depth.
WITH RECURSIVE occupied (lane_id) AS (
    SELECT min(lane_id) FROM ready WHERE lane_id > ?1
    UNION ALL
    SELECT (SELECT min(lane_id) FROM ready WHERE ready.lane_id > occupied.lane_id)
    FROM occupied
    WHERE occupied.lane_id IS NOT NULL
)
SELECT occupied.lane_id,
       (SELECT min(rank) FROM ready WHERE ready.lane_id = occupied.lane_id)
FROM occupied
WHERE occupied.lane_id IS NOT NULL
LIMIT ?2
