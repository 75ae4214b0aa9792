missions AS m INDEXED BY missions_by_status
WHERE m.status = :of AND m.priority = :and
