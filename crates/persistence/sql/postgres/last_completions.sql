-- A loose index scan finds the projects, one probe each; the last ones of each stand in an index too.
WITH RECURSIVE seen AS (
    (SELECT m.project_id FROM missions m ORDER BY m.project_id LIMIT 1)
    UNION ALL
    SELECT next.project_id
    FROM seen
    CROSS JOIN LATERAL (
        SELECT m.project_id FROM missions m
        WHERE m.project_id > seen.project_id
        ORDER BY m.project_id
        LIMIT 1
    ) AS next
)
SELECT seen.project_id, ring.id, ring.completed_at, ring.agent_id, ring.status,
    greatest(ring.settled_duration_us, 0)
FROM seen
CROSS JOIN LATERAL (
    SELECT * FROM missions m
    WHERE m.project_id = seen.project_id AND m.completed_at IS NOT NULL AND m.status = 'completed'
    ORDER BY m.completed_at DESC, m.id DESC
    LIMIT 100
) AS ring
ORDER BY seen.project_id, ring.completed_at, ring.id
