missions AS m INDEXED BY missions_by_tokens
WHERE m.settled_tokens > 0 AND m.status <> 'running'
