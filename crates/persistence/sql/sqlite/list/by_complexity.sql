missions AS m INDEXED BY missions_by_complexity
WHERE m.complexity = :of
