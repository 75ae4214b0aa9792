UPDATE schedules SET failures = 0 WHERE id = ?1 AND failures > 0
