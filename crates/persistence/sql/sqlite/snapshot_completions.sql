SELECT id, completed_at, agent_id, settled_duration_us
FROM missions INDEXED BY missions_completed
WHERE project_id = ?1 AND completed_at IS NOT NULL AND status = 'completed'
ORDER BY completed_at DESC
LIMIT ?2
