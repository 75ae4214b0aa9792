-- The roots of those among $1 that may not leave: one that was not over before $2 is in the same tree
-- or the same run, or depends on it. Each is asked for as the last one, or the first to be found: no
-- plan gathers a whole table for that.
SELECT DISTINCT m.root_id
FROM missions m
WHERE m.id = ANY($1)
    AND (
        (CASE WHEN m.dead_letter THEN 'infinity' ELSE coalesce(m.completed_at, 'infinity') END) >= $2::timestamptz
        OR (m.parent_id IS NOT NULL OR m.has_children) AND (
            SELECT max(CASE WHEN below.dead_letter THEN 'infinity' ELSE coalesce(below.completed_at, 'infinity') END)
            FROM missions below
            WHERE below.root_id = m.root_id AND below.parent_id IS NOT NULL
        ) >= $2
        OR m.run_id IS NOT NULL AND (
            SELECT max(CASE WHEN other.dead_letter THEN 'infinity' ELSE coalesce(other.completed_at, 'infinity') END)
            FROM missions other
            WHERE other.run_id = m.run_id
        ) >= $2
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
    )
