INSERT INTO journal (at, project_id, mission_id, agent_id, version, event, data)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
