-- What is asked of a run waits until what was asked of it before is done.
UPDATE follow_ups SET taken_until = ?2
WHERE id IN (
    SELECT f.id FROM follow_ups AS f
    WHERE (f.taken_until IS NULL OR f.taken_until <= ?1)
      AND (f.run_id IS NULL OR NOT EXISTS (
          SELECT 1 FROM follow_ups AS earlier
          WHERE earlier.run_id = f.run_id AND earlier.id < f.id
      ))
    ORDER BY f.id
    LIMIT ?3
)
RETURNING id, mission_id, run_id, what, asked_by, reason
