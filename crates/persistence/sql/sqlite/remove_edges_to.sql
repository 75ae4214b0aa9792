DELETE FROM dependencies WHERE dependency_id IN (SELECT leaving.value FROM json_each(?1) AS leaving)
