DELETE FROM mission_search WHERE mission_id = ANY($1)
