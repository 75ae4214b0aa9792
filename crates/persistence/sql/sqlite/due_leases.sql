SELECT mission_id, lease_id FROM leases WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2
