DELETE FROM agents WHERE id = $1
