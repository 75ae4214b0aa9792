-- The roots of those in the list ?1 that may not leave: one that was not over before ?2 is in the same
-- tree or the same run, or depends on it.
SELECT DISTINCT m.root_id
FROM json_each(?1) AS leaving
CROSS JOIN missions AS m ON m.id = leaving.value
WHERE (CASE WHEN m.dead_letter THEN 9223372036854775807
                ELSE coalesce(m.completed_at, 9223372036854775807) END) >= ?2
   OR (m.parent_id IS NOT NULL OR m.has_children) AND EXISTS (
       SELECT 1 FROM missions AS member
       WHERE member.root_id = m.root_id AND member.parent_id IS NOT NULL
         AND (CASE WHEN member.dead_letter THEN 9223372036854775807
                ELSE coalesce(member.completed_at, 9223372036854775807) END) >= ?2
   )
   OR m.run_id IS NOT NULL AND EXISTS (
       SELECT 1 FROM missions AS other
       WHERE other.run_id = m.run_id
         AND (CASE WHEN other.dead_letter THEN 9223372036854775807
                ELSE coalesce(other.completed_at, 9223372036854775807) END) >= ?2
   )
   OR m.has_dependants AND EXISTS (
       SELECT 1 FROM dependencies AS d
       CROSS JOIN missions AS dependant ON dependant.id = d.mission_id
       WHERE d.dependency_id = m.id
         AND (CASE WHEN dependant.dead_letter THEN 9223372036854775807
                ELSE coalesce(dependant.completed_at, 9223372036854775807) END) >= ?2
   )
