INSERT INTO agent_totals (agent_id, completed, failed) VALUES (?1, ?2, ?3)
ON CONFLICT (agent_id) DO UPDATE SET
    completed = completed + excluded.completed,
    failed = failed + excluded.failed
