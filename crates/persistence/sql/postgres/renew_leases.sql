UPDATE leases l
SET expires_at = greatest(l.expires_at, u.expires_at)
FROM unnest($1::text[], $2::timestamptz[]) AS u (mission_id, expires_at)
WHERE l.mission_id = u.mission_id
