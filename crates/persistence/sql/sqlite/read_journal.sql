SELECT seq, at, project_id, mission_id, agent_id, version, event, data
FROM journal
WHERE seq > ?1
ORDER BY seq
LIMIT ?2
