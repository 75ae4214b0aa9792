-- What is not over, by kind.
SELECT project_id, kind, status, priority, count(*),
       count(*) FILTER (WHERE held AND status = 'pending')
FROM missions
WHERE status IN ('pending', 'running')
GROUP BY project_id, kind, status, priority
