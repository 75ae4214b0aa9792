SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0)
