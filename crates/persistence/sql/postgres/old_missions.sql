-- The missions behind $1 and before $2, at most $4: whether each is the root of a tree all of which
-- was over before $3, whether anything is below it, and how many rows hang on it, roughly. The last
-- one of a tree is asked for, not whether there is one: no plan gathers a whole table for that.
SELECT
    m.id,
    CASE
        WHEN m.parent_id IS NOT NULL OR m.dead_letter THEN false
        WHEN coalesce(m.completed_at >= $3::timestamptz, true) THEN false
        WHEN NOT m.has_children THEN true
        ELSE coalesce(
            (
                SELECT max(CASE WHEN below.dead_letter THEN 'infinity' ELSE coalesce(below.completed_at, 'infinity') END)
                FROM missions below
                WHERE below.root_id = m.id AND below.parent_id IS NOT NULL
            ) < $3,
            true
        )
    END,
    m.has_children,
    1 + m.lease_id
FROM missions m
WHERE m.id > $1 AND m.id < $2
ORDER BY m.id
LIMIT $4::bigint
