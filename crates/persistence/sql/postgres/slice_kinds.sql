-- What is not over among these, by kind.
SELECT
    project_id, kind, status, priority, count(*),
    count(*) FILTER (WHERE held AND status = 'pending')
FROM missions
WHERE id > $1 AND id <= $2 AND status IN ('pending', 'running')
GROUP BY project_id, kind, status, priority
