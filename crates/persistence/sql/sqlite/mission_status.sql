SELECT status FROM missions WHERE id = ?1
