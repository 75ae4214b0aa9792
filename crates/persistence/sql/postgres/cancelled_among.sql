SELECT id FROM missions WHERE id = ANY($1) AND status = 'cancelled'
