(SELECT mission_id, lease_id, 'lose' FROM leases WHERE expires_at <= $1::timestamptz LIMIT $2::bigint)
UNION ALL
(SELECT mission_id, lease_id, 'time_out' FROM leases WHERE timeout_at <= $1 LIMIT $2)
UNION ALL
(
    SELECT id, 0, 'expire' FROM missions
    WHERE expires_at IS NOT NULL AND status = 'pending' AND expires_at <= $1
    LIMIT $2
)
