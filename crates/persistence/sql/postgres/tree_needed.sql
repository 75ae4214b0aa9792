-- Whether any of the oldest $3 missions below the root $1 may not leave: one that was not over before
-- $2 is in the same run, or depends on it.
SELECT true
FROM (
    SELECT m.id, m.run_id, m.has_dependants
    FROM missions m
    WHERE m.root_id = $1 AND m.parent_id IS NOT NULL
    ORDER BY m.id
    LIMIT $3::bigint
) AS m
WHERE m.run_id IS NOT NULL AND (
        SELECT max(CASE WHEN other.dead_letter THEN 'infinity' ELSE coalesce(other.completed_at, 'infinity') END)
        FROM missions other
        WHERE other.run_id = m.run_id
    ) >= $2::timestamptz
    OR m.has_dependants AND (
        SELECT true
        FROM dependencies d
        CROSS JOIN LATERAL (
            SELECT FROM missions dependant
            WHERE dependant.id = d.mission_id
                AND (CASE WHEN dependant.dead_letter THEN 'infinity' ELSE coalesce(dependant.completed_at, 'infinity') END) >= $2
            OFFSET 0
        ) AS dependant
        WHERE d.dependency_id = m.id
        LIMIT 1
    )
LIMIT 1
