missions AS m INDEXED BY missions_by_project
WHERE m.settled_tokens = 0 AND m.status <> 'running'
