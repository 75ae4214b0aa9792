SELECT p.id, ring.id, ring.completed_at, ring.agent_id, ring.status,
    greatest(ring.settled_duration_us, 0)
FROM (SELECT DISTINCT project_id AS id FROM missions WHERE status = 'completed') p
CROSS JOIN LATERAL (
    SELECT * FROM missions m
    WHERE m.project_id = p.id AND m.completed_at IS NOT NULL AND m.status = 'completed'
    ORDER BY m.completed_at DESC, m.id DESC
    LIMIT 100
) AS ring
ORDER BY p.id, ring.completed_at, ring.id
