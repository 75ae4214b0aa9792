SELECT id FROM agents WHERE online AND last_active <= ?1 ORDER BY last_active LIMIT ?2
