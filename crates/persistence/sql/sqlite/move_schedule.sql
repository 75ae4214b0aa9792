-- Moves schedule ?1 on from tick ?3 to ?4, past ?5 ticks, while it is at revision ?2 and does not rest.
UPDATE schedules
SET next_tick = ?4, decided = decided + ?5
WHERE id = ?1 AND revision = ?2 AND next_tick = ?3 AND paused_at IS NULL
RETURNING decided
