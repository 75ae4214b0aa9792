-- $1 workflows, and $2 versions of one of them.
INSERT INTO workflows
    (project_id, name, version, description, steps, definition, created_at, created_by)
SELECT 'default', 'w' || n, 1, '', 1, '{}', now(), 'ada'
FROM generate_series(1, $1::bigint - 1) AS n
UNION ALL
SELECT 'default', 'reef', n, '', 1, '{}', now(), 'ada'
FROM generate_series(1, $2::bigint) AS n
