-- ?1 workflows, and ?2 versions of one of them.
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < max(?1, ?2))
INSERT INTO workflows
    (project_id, name, version, description, steps, definition, created_at, created_by)
SELECT 'default', 'w' || n, 1, '', 1, '{}', 0, 'ada' FROM n WHERE n < ?1
UNION ALL
SELECT 'default', 'reef', n, '', 1, '{}', 0, 'ada' FROM n WHERE n <= ?2
