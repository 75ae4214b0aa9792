SELECT n FROM search_rows WHERE mission_id = ?1
