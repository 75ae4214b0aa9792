-- The root of a tree itself, which the index of trees leaves out.
missions AS m
WHERE m.id = :of AND m.parent_id IS NULL
