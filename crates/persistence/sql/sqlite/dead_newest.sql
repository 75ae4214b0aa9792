-- The failures of the newest ?2 missions of a dead letter.
SELECT m.fingerprint FROM missions AS m INDEXED BY missions_last_dead
WHERE m.project_id = ?1 AND m.dead_letter
ORDER BY m.completed_at DESC
LIMIT ?2
