-- Of each lane the first rank, and how many may start and how many wait for their time, each counted
-- up to $3.
SELECT
    lane.id,
    (SELECT r.rank FROM ready r WHERE r.lane_id = lane.id ORDER BY r.rank LIMIT 1),
    (
        SELECT count(*) FROM (
            SELECT 1 FROM ready r
            WHERE r.lane_id = lane.id AND r.rank <= $2
            ORDER BY r.rank
            LIMIT $3::bigint
        ) AS now
    ),
    (
        SELECT count(*) FROM (
            SELECT 1 FROM ready r
            WHERE r.lane_id = lane.id AND r.rank > $2
            ORDER BY r.rank
            LIMIT $3::bigint
        ) AS later
    )
FROM unnest($1::bigint[]) AS lane (id)
