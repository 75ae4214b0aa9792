DELETE FROM leases WHERE mission_id = ?1
