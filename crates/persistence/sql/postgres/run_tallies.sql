-- How many missions of each run stand where.
SELECT
    asked.id, t.pending, t.running, t.completed, t.failed, t.tolerated, t.cancelled, t.furthest,
    t.started_at, t.ended_at
FROM unnest($1::text[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE m.status = 'pending') AS pending,
        count(*) FILTER (WHERE m.status = 'running') AS running,
        count(*) FILTER (WHERE m.status = 'completed') AS completed,
        count(*) FILTER (WHERE m.status = 'failed' AND NOT m.continues_on_failure) AS failed,
        count(*) FILTER (WHERE m.status = 'failed' AND m.continues_on_failure) AS tolerated,
        count(*) FILTER (WHERE m.status = 'cancelled') AS cancelled,
        coalesce(max(m.step_position) FILTER (WHERE m.lease_id > 0), 0) AS furthest,
        min(m.started_at) AS started_at,
        max(m.completed_at) AS ended_at
    FROM missions m
    WHERE m.run_id = asked.id
) AS t
