-- What is not over among these, by kind.
SELECT project_id, kind, status, priority, count(*),
       count(*) FILTER (WHERE held AND status = 'pending')
FROM missions
WHERE id > ?1 AND id <= ?2 AND +status IN ('pending', 'running')
-- The plus keeps the walk along the ids: an index in the order of the groups is read whole.
GROUP BY +project_id, +kind, +status, +priority
