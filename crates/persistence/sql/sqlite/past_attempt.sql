SELECT outcome FROM attempts WHERE mission_id = ?1 AND lease_id = ?2
