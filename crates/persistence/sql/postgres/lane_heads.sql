-- The first missions of each lane, lane by lane.
SELECT lane.id, head.rank
FROM unnest($1::bigint[], $2::bigint[]) AS lane (id, floor)
CROSS JOIN LATERAL (
    SELECT r.rank FROM ready r
    WHERE r.lane_id = lane.id AND r.rank >= lane.floor
    ORDER BY r.rank
    LIMIT $3
) AS head
