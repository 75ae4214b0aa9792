-- The newest version of each workflow behind ?2, by name: each is looked up from the one before.
WITH RECURSIVE names (name) AS (
    SELECT min(w.name) FROM workflows AS w WHERE w.project_id = ?1 AND w.name > ?2
    UNION ALL
    SELECT (SELECT min(w.name) FROM workflows AS w WHERE w.project_id = ?1 AND w.name > names.name)
    FROM names
    WHERE names.name IS NOT NULL
    LIMIT ?3
)
SELECT w.name, w.description, w.version, w.steps, w.created_at, w.created_by
FROM names
CROSS JOIN workflows AS w
    ON w.project_id = ?1
    AND w.name = names.name
    AND w.version = (
        SELECT max(other.version) FROM workflows AS other
        WHERE other.project_id = ?1 AND other.name = names.name
    )
ORDER BY w.name
