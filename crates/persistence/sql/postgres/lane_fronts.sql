-- Of each lane the first missions up to a rank.
SELECT lane.id, front.ranks
FROM unnest($1::bigint[], $2::bigint[]) AS lane (id, last)
CROSS JOIN LATERAL (
    SELECT array_agg(first.rank ORDER BY first.rank) AS ranks
    FROM (
        SELECT r.rank FROM ready r
        WHERE r.lane_id = lane.id AND r.rank <= lane.last
        ORDER BY r.rank
        LIMIT $3
    ) AS first
) AS front
WHERE front.ranks IS NOT NULL
