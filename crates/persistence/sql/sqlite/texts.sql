SELECT title, description, coalesce(error_message, '') FROM missions WHERE id = ?1
