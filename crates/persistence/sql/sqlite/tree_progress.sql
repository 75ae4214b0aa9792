WITH RECURSIVE below (id, status) AS (
    SELECT id, status FROM missions INDEXED BY missions_by_parent WHERE parent_id = ?1
    UNION ALL
    SELECT m.id, m.status
    FROM below
    JOIN missions AS m INDEXED BY missions_by_parent ON m.parent_id = below.id
)
SELECT coalesce(sum(status = 'completed'), 0), count(*) FROM below
