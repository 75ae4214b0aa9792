SELECT seq FROM consumers WHERE name = 'search'
