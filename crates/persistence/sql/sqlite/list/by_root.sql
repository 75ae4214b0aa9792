missions AS m INDEXED BY missions_by_root
WHERE m.root_id = :of AND m.parent_id IS NOT NULL
