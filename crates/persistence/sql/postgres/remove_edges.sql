-- Removes the edges from and to these missions.
WITH
incoming AS (
    DELETE FROM dependencies WHERE dependency_id = ANY($1)
)
DELETE FROM dependencies
WHERE ctid = ANY(ARRAY(
        SELECT d.ctid
        FROM missions m
        CROSS JOIN LATERAL jsonb_array_elements(m.depends_on) AS edge
        CROSS JOIN LATERAL (
            SELECT d.ctid FROM dependencies d
            WHERE d.dependency_id = edge ->> 'on' AND d.mission_id = m.id
            OFFSET 0
        ) AS d
        WHERE m.id = ANY($1)
    ))
    AND dependency_id <> ALL($1)
