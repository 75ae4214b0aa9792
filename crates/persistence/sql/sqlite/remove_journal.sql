-- Removes the entries among the first ?2 that are older than ?1 and have none before them that is
-- not. What a durable reader or the saved projection has not behind it stays; so does the newest.
DELETE FROM journal
WHERE seq <= (
    SELECT max(front.seq)
    FROM (
        SELECT first.seq, max(first.at) OVER (ORDER BY first.seq) AS latest
        FROM (SELECT j.seq, j.at FROM journal AS j ORDER BY j.seq LIMIT ?2) AS first
    ) AS front
    WHERE front.latest < ?1
      AND front.seq <= (SELECT min(consumers.seq) FROM consumers)
      AND front.seq <= coalesce((SELECT saved.seq FROM projection_checkpoint AS saved), front.seq)
      AND front.seq < (SELECT newest.seq FROM sqlite_sequence AS newest WHERE newest.name = 'journal')
)
