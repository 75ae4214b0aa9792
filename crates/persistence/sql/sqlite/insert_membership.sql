INSERT INTO memberships (login, project_id, role) VALUES (?1, ?2, ?3)
