SELECT mission_id, length_ms, expires_at
FROM leases
WHERE mission_id = ANY($1) AND expires_at IS NOT NULL
ORDER BY mission_id
FOR UPDATE SKIP LOCKED
