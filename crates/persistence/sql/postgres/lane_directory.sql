-- A loose index scan: one probe per lane that has missions, however many these are.
WITH RECURSIVE lanes_in_use AS (
    (SELECT lane_id FROM ready WHERE lane_id > $1 ORDER BY lane_id LIMIT 1)
    UNION ALL
    SELECT next.lane_id
    FROM lanes_in_use
    CROSS JOIN LATERAL (
        SELECT r.lane_id FROM ready r
        WHERE r.lane_id > lanes_in_use.lane_id
        ORDER BY r.lane_id
        LIMIT 1
    ) AS next
)
SELECT lane_id FROM lanes_in_use LIMIT $2
