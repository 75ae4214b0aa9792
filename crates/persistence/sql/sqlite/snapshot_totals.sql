SELECT project_id, status, priority, count(*),
       coalesce(sum(tokens_used), 0),
       coalesce(sum(cost_nanos), 0),
       coalesce(sum(settled_duration_us) FILTER (WHERE settled_duration_us >= 0), 0),
       count(*) FILTER (WHERE settled_duration_us >= 0),
       count(*) FILTER (WHERE dead_letter),
       count(*) FILTER (WHERE held AND status = 'pending')
FROM missions
GROUP BY project_id, status, priority
