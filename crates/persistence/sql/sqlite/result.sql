SELECT result FROM missions WHERE id = ?1
