SELECT r.mission_id
FROM ready r
JOIN lanes l ON l.id = r.lane_id
WHERE l.priority = 'low'
ORDER BY r.rank DESC
LIMIT 1
