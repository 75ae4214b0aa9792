, l.length_ms, l.expires_at
FROM missions m
LEFT JOIN leases l ON l.mission_id = m.id AND l.expires_at IS NOT NULL
WHERE m.parent_id IS NOT NULL
    AND m.root_id = (SELECT root_id FROM missions WHERE id = $1)
    AND ($2::text[] IS NULL OR m.project_id = ANY($2))
    AND EXISTS (
        WITH RECURSIVE above AS (
            SELECT m.parent_id AS id
            UNION ALL
            SELECT up.parent_id FROM above JOIN missions up ON up.id = above.id
            WHERE above.id <> $1
        )
        SELECT 1 FROM above WHERE above.id = $1
    )
ORDER BY m.depth, m.id
LIMIT $3
