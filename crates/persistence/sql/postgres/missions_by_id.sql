, l.length_ms, l.expires_at
FROM missions m
LEFT JOIN leases l ON l.mission_id = m.id AND l.expires_at IS NOT NULL
WHERE m.id = ANY($1) AND ($2::text[] IS NULL OR m.project_id = ANY($2))
