SELECT mission_id, lease_id FROM leases WHERE timeout_at <= ?1 ORDER BY timeout_at LIMIT ?2
