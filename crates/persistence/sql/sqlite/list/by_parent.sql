missions AS m INDEXED BY missions_by_parent
WHERE m.parent_id = :of
