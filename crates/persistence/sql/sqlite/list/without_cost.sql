missions AS m INDEXED BY missions_by_project
WHERE m.settled_cost_nanos = 0 AND m.status <> 'running'
