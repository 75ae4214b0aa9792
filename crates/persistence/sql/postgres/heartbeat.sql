WITH held AS (
    SELECT l.mission_id
    FROM unnest($2::text[], $3::bigint[]) AS u (mission_id, lease_id)
    JOIN leases l ON l.mission_id = u.mission_id AND l.lease_id = u.lease_id
    WHERE l.agent_id = $1
    ORDER BY l.mission_id
    FOR UPDATE OF l
)
UPDATE leases l
SET expires_at = greatest(l.expires_at, $4::timestamptz + l.length_ms * interval '1 millisecond')
FROM held
WHERE l.mission_id = held.mission_id
RETURNING l.mission_id, l.lease_id, l.expires_at
