-- Removes those of these runs all of whose missions have left.
DELETE FROM runs
WHERE id IN (SELECT leaving.value FROM json_each(?1) AS leaving)
  AND NOT EXISTS (SELECT 1 FROM missions AS member WHERE member.run_id = runs.id)
