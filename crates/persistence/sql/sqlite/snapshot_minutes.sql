-- Counts what the projection counts from the same entries: see its fold.
SELECT project_id,
       at - at % 60000000 AS minute,
       count(*) FILTER (WHERE event = 'completed'),
       count(*) FILTER (WHERE event = 'failed'),
       coalesce(sum(max(data ->> 'duration', 0)) FILTER (WHERE event IN ('completed', 'failed')), 0),
       coalesce(sum(max(data ->> 'timed', 0)) FILTER (WHERE event IN ('completed', 'failed')), 0),
       coalesce(sum(max(data ->> 'tokens', 0)), 0),
       coalesce(sum(max(data ->> 'cost', 0)), 0)
FROM journal
WHERE seq > ?1
  AND mission_id IS NOT NULL
  AND (event IN ('completed', 'failed') OR data ->> 'tokens' > 0 OR data ->> 'cost' > 0)
GROUP BY project_id, minute
