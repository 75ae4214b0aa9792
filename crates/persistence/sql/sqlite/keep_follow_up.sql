-- Whoever takes it takes it until a later instant: only its taker knows which one that is.
UPDATE follow_ups
SET taken_until = ?3, begun_at = coalesce(begun_at, ?4)
WHERE id = ?1 AND taken_until = ?2
RETURNING begun_at
