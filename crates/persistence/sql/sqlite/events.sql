SELECT seq, at, project_id, mission_id, agent_id, version, event, data
FROM journal
WHERE mission_id = ?1 AND version > ?2
ORDER BY version
LIMIT ?3
