SELECT seq + size - 1 FROM journal_order ORDER BY seq DESC LIMIT 1
