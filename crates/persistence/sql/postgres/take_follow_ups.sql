WITH free AS (
    SELECT id FROM follow_ups
    WHERE taken_until IS NULL OR taken_until <= $1
    ORDER BY id
    LIMIT $3
    FOR UPDATE SKIP LOCKED
)
UPDATE follow_ups f
SET taken_until = $2
FROM free
WHERE f.id = free.id
RETURNING f.id, f.mission_id, f.what
