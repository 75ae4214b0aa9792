-- The missions whose text may have changed between two places, and the last place looked at.
SELECT max(o.seq + j.pos), array_agg(DISTINCT j.mission_id) FILTER (
    WHERE j.mission_id IS NOT NULL
        AND j.event IN ('created', 'edited', 'completed', 'failed', 'requeued', 'cancelled')
)
FROM journal_order o
JOIN journal j ON j.batch = o.batch AND j.at = o.at
WHERE o.seq >= coalesce(
        (SELECT first.seq FROM journal_order first
         WHERE first.seq <= $1::bigint + 1 ORDER BY first.seq DESC LIMIT 1),
        0
    )
    AND o.seq <= $2::bigint
    AND o.seq + j.pos > $1::bigint
    AND o.seq + j.pos <= $2::bigint
