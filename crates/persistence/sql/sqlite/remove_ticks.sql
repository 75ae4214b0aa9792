-- Lets the ticks of schedule ?1 up to number ?2 leave, except those still to be fired and the newest one
-- that was: what it made may not be over.
DELETE FROM schedule_ticks
WHERE schedule_id = ?1 AND n <= ?2 AND outcome <> 'due'
  AND NOT (outcome = 'fired' AND n = (
      SELECT max(f.n) FROM schedule_ticks AS f WHERE f.schedule_id = ?1 AND f.outcome = 'fired'
  ))
