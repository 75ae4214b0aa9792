-- The newest missions of a dead letter that failed alike.
SELECT m.id, m.kind, m.agent_type, m.failure_class, m.error_message
FROM missions AS m INDEXED BY missions_failures
WHERE m.project_id = ?1 AND m.dead_letter AND m.fingerprint = ?2
ORDER BY m.completed_at DESC, m.id DESC
LIMIT ?3
