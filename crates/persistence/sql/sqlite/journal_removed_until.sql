SELECT coalesce(
    (SELECT min(seq) - 1 FROM journal),
    (SELECT seq FROM sqlite_sequence WHERE name = 'journal'),
    0
)
