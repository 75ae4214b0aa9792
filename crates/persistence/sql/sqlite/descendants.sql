-- ORDER BY in the recursive part takes the nearest first, so LIMIT ends the walk.
WITH RECURSIVE below (id, depth) AS (
    SELECT id, depth FROM missions INDEXED BY missions_by_parent WHERE parent_id = ?1
    UNION ALL
    SELECT m.id, m.depth
    FROM below
    JOIN missions AS m INDEXED BY missions_by_parent ON m.parent_id = below.id
    ORDER BY 2, 1
)
SELECT id FROM below LIMIT ?2
