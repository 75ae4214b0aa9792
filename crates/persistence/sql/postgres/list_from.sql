FROM page
JOIN missions m ON m.id = page.id
LEFT JOIN leases l ON l.mission_id = m.id AND l.expires_at IS NOT NULL
