UPDATE leases SET expires_at = ?2 WHERE mission_id = ?1
