WITH RECURSIVE below AS (
    SELECT top.id AS top, child.id, child.status
    FROM unnest($1::text[]) AS top (id)
    JOIN missions child ON child.parent_id = top.id
    UNION ALL
    SELECT below.top, child.id, child.status
    FROM below
    JOIN missions child ON child.parent_id = below.id
)
SELECT top, count(*) FILTER (WHERE status = 'completed'), count(*)
FROM below
GROUP BY top
