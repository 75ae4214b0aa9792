DELETE FROM missions WHERE id IN (SELECT leaving.value FROM json_each(?1) AS leaving)
