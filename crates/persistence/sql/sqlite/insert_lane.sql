INSERT INTO lanes
    (project_id, kind, capabilities, concurrency_key, fairness_key, priority, seen_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
