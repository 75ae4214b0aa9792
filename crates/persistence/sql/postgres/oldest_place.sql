SELECT seq FROM journal_order ORDER BY seq LIMIT 1
