-- Of kinds that have a limit alone.
SELECT q.project_id, q.kind,
    (SELECT count(*) FROM leases l WHERE l.project_id = q.project_id AND l.kind = q.kind)
FROM queues q
WHERE q.project_id = ANY($1) AND q.kind <> '' AND q.running_limit IS NOT NULL
