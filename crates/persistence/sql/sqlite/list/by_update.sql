missions AS m INDEXED BY missions_by_update
WHERE m.status <> 'running'
