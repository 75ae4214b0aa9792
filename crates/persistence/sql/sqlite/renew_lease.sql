UPDATE leases SET expires_at = max(expires_at, ?4 + length_ms * 1000)
WHERE mission_id = ?1 AND lease_id = ?2 AND agent_id = ?3
RETURNING expires_at
