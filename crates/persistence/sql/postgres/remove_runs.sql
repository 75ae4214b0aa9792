-- Removes those of these runs all of whose missions have left.
DELETE FROM runs r
WHERE r.id = ANY($1)
    AND (SELECT m.id FROM missions m WHERE m.run_id = r.id LIMIT 1) IS NULL
