missions AS m INDEXED BY missions_by_duration
WHERE m.settled_duration_us >= 0 AND m.status <> 'running'
