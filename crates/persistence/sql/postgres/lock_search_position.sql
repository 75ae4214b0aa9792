SELECT seq FROM consumers WHERE name = 'search' FOR UPDATE SKIP LOCKED
