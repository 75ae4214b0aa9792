-- When the first of these lanes opens whose missions all wait for their time.
SELECT min(head.rank)
FROM unnest($1::bigint[]) AS lane (id)
CROSS JOIN LATERAL (
    SELECT r.rank FROM ready r
    WHERE r.lane_id = lane.id AND r.rank > $2
    ORDER BY r.rank
    LIMIT 1
) AS head
