-- What is asked of a run waits until what was asked of it before is done.
WITH free AS (
    SELECT f.id FROM follow_ups f
    WHERE (f.taken_until IS NULL OR f.taken_until <= $1)
        AND (
            f.run_id IS NULL
            OR NOT EXISTS (
                SELECT FROM follow_ups earlier
                WHERE earlier.run_id = f.run_id AND earlier.id < f.id
            )
        )
    ORDER BY f.id
    LIMIT $3
    FOR UPDATE OF f SKIP LOCKED
)
UPDATE follow_ups f
SET taken_until = $2
FROM free
WHERE f.id = free.id
RETURNING f.id, f.mission_id, f.run_id, f.what, f.asked_by, f.reason
