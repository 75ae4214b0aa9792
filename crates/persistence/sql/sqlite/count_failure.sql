UPDATE schedules SET failures = failures + 1 WHERE id = ?1 RETURNING failures, paused_at IS NOT NULL
