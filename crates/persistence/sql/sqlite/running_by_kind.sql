-- Of kinds that have a limit alone.
SELECT kind, (
    SELECT count(*) FROM leases
    WHERE leases.project_id = queues.project_id AND leases.kind = queues.kind
) AS running
FROM queues
WHERE project_id = ?1 AND kind <> '' AND running_limit IS NOT NULL
