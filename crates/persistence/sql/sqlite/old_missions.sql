-- The missions behind ?1 and before ?2, at most ?4: whether each is the root of a tree all of which
-- was over before ?3, whether anything is below it, and how many rows hang on it, roughly.
SELECT
    m.id,
    CASE
        WHEN m.parent_id IS NOT NULL OR m.dead_letter THEN 0
        WHEN coalesce(m.completed_at >= ?3, 1) THEN 0
        WHEN NOT m.has_children THEN 1
        ELSE NOT EXISTS (
            SELECT 1 FROM missions AS member
            WHERE member.root_id = m.id AND member.parent_id IS NOT NULL
              AND (CASE WHEN member.dead_letter THEN 9223372036854775807
                ELSE coalesce(member.completed_at, 9223372036854775807) END) >= ?3
        )
    END,
    m.has_children,
    1 + m.lease_id
FROM missions AS m
WHERE m.id > ?1 AND m.id < ?2
ORDER BY m.id
LIMIT ?4
