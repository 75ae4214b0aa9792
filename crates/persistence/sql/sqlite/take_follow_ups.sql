UPDATE follow_ups SET taken_until = ?2
WHERE id IN (
    SELECT id FROM follow_ups WHERE taken_until IS NULL OR taken_until <= ?1 ORDER BY id LIMIT ?3
)
RETURNING id, mission_id, what
