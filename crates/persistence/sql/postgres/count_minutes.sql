-- Counts what the projection counts from the same entries: see its fold.
SELECT
    j.project_id,
    (floor(extract(epoch FROM j.at) / 60) * 60000000)::bigint AS minute,
    count(*) FILTER (WHERE j.event = 'completed'),
    count(*) FILTER (WHERE j.event = 'failed'),
    coalesce(sum(greatest((d.data ->> 'duration')::bigint, 0))
        FILTER (WHERE j.event IN ('completed', 'failed')), 0)::bigint,
    coalesce(sum(greatest((d.data ->> 'timed')::bigint, 0))
        FILTER (WHERE j.event IN ('completed', 'failed')), 0)::bigint,
    coalesce(sum(greatest((d.data ->> 'tokens')::bigint, 0)), 0)::bigint,
    coalesce(sum(greatest((d.data ->> 'cost')::bigint, 0)), 0)::bigint
FROM journal_order o
JOIN journal j ON j.batch = o.batch AND j.at = o.at
CROSS JOIN LATERAL (SELECT j.data::jsonb AS data) AS d
WHERE o.seq > (
        SELECT coalesce(
            (SELECT seq FROM journal_order WHERE at <= $1 ORDER BY seq DESC LIMIT 1), 0
        )
    )
    AND j.mission_id IS NOT NULL
    AND (j.event IN ('completed', 'failed') OR d.data ? 'tokens' OR d.data ? 'cost')
GROUP BY j.project_id, minute
