SELECT DISTINCT run_id FROM missions WHERE id = ANY($1) AND run_id IS NOT NULL
