INSERT INTO missions (
    id, title, description, status, priority, created_at, metadata, project_id, kind, max_attempts,
    root_id, created_by, updated_at, pending_since, settled_at
)
SELECT
    to_char(extract(epoch FROM clock_timestamp()) * 1000000, 'FM0000000000000000')
        || lpad(:client_id::text, 4, '0'),
    'Document Processing', 'Process uploaded documents', 'pending', 'high', now(), '{}', 'default',
    'default', 3, 'root', 'admin', now(), now(), now();
