SELECT count(*) FROM leases WHERE agent_id = ?1
