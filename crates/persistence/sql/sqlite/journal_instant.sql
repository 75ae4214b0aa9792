SELECT at FROM journal WHERE seq >= ?1 ORDER BY seq LIMIT 1
