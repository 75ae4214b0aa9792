INSERT INTO queues (project_id, kind, paused, running_limit, key_limit)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (project_id, kind) DO UPDATE SET
    paused = excluded.paused, running_limit = excluded.running_limit,
    key_limit = excluded.key_limit
