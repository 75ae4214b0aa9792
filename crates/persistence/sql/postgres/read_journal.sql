-- Where the beginning is removed already the page begins with what is left, so that whoever reads
-- sees the hole.
SELECT
    o.seq + j.pos AS seq, j.at, j.project_id, j.mission_id, j.agent_id, j.version, j.event, j.data
FROM journal_order o
JOIN journal j ON j.batch = o.batch AND j.at = o.at
WHERE o.seq >= coalesce(
        (SELECT first.seq FROM journal_order first
         WHERE first.seq <= $1::bigint + 1 ORDER BY first.seq DESC LIMIT 1),
        0
    )
    AND o.seq <= $2::bigint + coalesce(
        (SELECT $1::bigint FROM journal_order first
         WHERE first.seq <= $1::bigint + 1 ORDER BY first.seq DESC LIMIT 1),
        (SELECT first.seq FROM journal_order first ORDER BY first.seq LIMIT 1)
    )
    AND o.seq + j.pos > $1::bigint
ORDER BY o.seq, j.pos
LIMIT $2::bigint
