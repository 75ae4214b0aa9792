SELECT g.n, g.at, g.level::bigint, g.text, g.lease_id
FROM mission_logs g
WHERE g.mission_id = $1
    AND EXISTS (
        SELECT 1 FROM missions m
        WHERE m.id = $1 AND ($2::text[] IS NULL OR m.project_id = ANY($2))
    )
    AND g.n > $3
    AND g.level >= $4
ORDER BY g.n
LIMIT $5
