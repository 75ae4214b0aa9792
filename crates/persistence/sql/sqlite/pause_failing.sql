UPDATE schedules SET paused_at = ?2, pause_reason = ?3, revision = revision + 1 WHERE id = ?1
