UPDATE meta SET logged = logged + ?1 RETURNING logged
