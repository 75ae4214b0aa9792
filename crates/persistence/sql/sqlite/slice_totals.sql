SELECT project_id, status, priority, count(*),
       coalesce(sum(tokens_used), 0),
       coalesce(sum(cost_nanos), 0),
       coalesce(sum(settled_duration_us) FILTER (WHERE settled_duration_us >= 0), 0),
       count(*) FILTER (WHERE settled_duration_us >= 0),
       count(*) FILTER (WHERE dead_letter),
       count(*) FILTER (WHERE held AND status = 'pending')
FROM missions
WHERE id > ?1 AND id <= ?2
-- The plus keeps the walk along the ids: an index in the order of the groups is read whole.
GROUP BY +project_id, +status, +priority
