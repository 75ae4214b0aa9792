-- How many workflows project ?1 has, counted up to ?2: each name is looked up from the one before.
WITH RECURSIVE names (name) AS (
    SELECT min(w.name) FROM workflows AS w WHERE w.project_id = ?1
    UNION ALL
    SELECT (SELECT min(w.name) FROM workflows AS w WHERE w.project_id = ?1 AND w.name > names.name)
    FROM names
    WHERE names.name IS NOT NULL
    LIMIT ?2
)
SELECT count(name) FROM names
