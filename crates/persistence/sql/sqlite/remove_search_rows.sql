DELETE FROM search_rows WHERE mission_id IN (SELECT leaving.value FROM json_each(?1) AS leaving)
