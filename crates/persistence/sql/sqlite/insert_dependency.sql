INSERT INTO dependencies (dependency_id, mission_id, project_id) VALUES (?1, ?2, ?3)
