-- Writes down how tick ?2 of schedule ?1 was fired, or that it could not be, or was passed over since ?8
-- for ?9. The first word counts, except that `fired` takes the place of what it is not: it was, whoever
-- did it.
UPDATE schedule_ticks
SET outcome = ?3, mission_id = ?4, run_id = ?5, reason = ?6, settled_at = ?7, since = ?8, covers = ?9
WHERE schedule_id = ?1 AND n = ?2
  AND (outcome = 'due' OR (outcome IN ('failed', 'skipped') AND ?3 = 'fired'))
