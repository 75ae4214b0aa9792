INSERT INTO totals
    (project_id, status, priority, missions, tokens_used, cost_nanos, duration_us, timed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (project_id, status, priority) DO UPDATE SET
    missions = missions + excluded.missions,
    tokens_used = tokens_used + excluded.tokens_used,
    cost_nanos = cost_nanos + excluded.cost_nanos,
    duration_us = duration_us + excluded.duration_us,
    timed = timed + excluded.timed
