UPDATE consumers SET seq = $1 WHERE name = 'search'
