SELECT
    project_id, status, priority, count(*),
    sum(tokens_used)::bigint, sum(cost_nanos)::bigint,
    coalesce(sum(settled_duration_us) FILTER (WHERE settled_duration_us >= 0), 0)::bigint,
    count(*) FILTER (WHERE settled_duration_us >= 0),
    count(*) FILTER (WHERE dead_letter),
    count(*) FILTER (WHERE held AND status = 'pending')
FROM missions
WHERE id > $1 AND id <= $2
GROUP BY project_id, status, priority
