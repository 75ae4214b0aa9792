-- Whether any of the oldest ?3 missions below the root ?1 may not leave: one that was not over before
-- ?2 is in the same run, or depends on it.
SELECT 1
FROM (
    SELECT member.id, member.run_id, member.has_dependants
    FROM missions AS member
    WHERE member.root_id = ?1 AND member.parent_id IS NOT NULL
    ORDER BY member.id
    LIMIT ?3
) AS mine
WHERE mine.run_id IS NOT NULL AND EXISTS (
       SELECT 1 FROM missions AS other
       WHERE other.run_id = mine.run_id
         AND (CASE WHEN other.dead_letter THEN 9223372036854775807
                ELSE coalesce(other.completed_at, 9223372036854775807) END) >= ?2
   )
   OR mine.has_dependants AND EXISTS (
       SELECT 1 FROM dependencies AS d
       CROSS JOIN missions AS dependant ON dependant.id = d.mission_id
       WHERE d.dependency_id = mine.id
         AND (CASE WHEN dependant.dead_letter THEN 9223372036854775807
                ELSE coalesce(dependant.completed_at, 9223372036854775807) END) >= ?2
   )
LIMIT 1
