-- Numbers the batches that have no place yet, in the order of their ids, after the newest place;
-- tells listeners once, with the head. Answers the floor that was looked from, then every batch that
-- was looked at with its last place, whoever gave it; the last row is the head, without a batch, and
-- which transactions were under way: all below the first number were over, and none from the second
-- on had drawn an id that is missing. The second is drawn anew, and only where one is missing: a
-- snapshot knows the newest transaction that has ended, not the newest that has begun.
WITH
newest AS (
    SELECT coalesce(
        (SELECT o.seq + o.size - 1 FROM journal_order o ORDER BY o.seq DESC LIMIT 1), 0
    ) AS seq
),
floor AS (
    SELECT greatest($1::bigint, (SELECT numbered_until FROM meta WHERE $1::bigint = 0)) AS id
),
seen AS (
    SELECT b.id, b.size, b.at, o.seq + o.size - 1 AS last
    FROM unnest($2::bigint[]) AS gap (id)
    JOIN journal_batches b ON b.id = gap.id
    LEFT JOIN journal_order o ON o.batch = b.id
    UNION ALL
    SELECT b.id, b.size, b.at, o.seq + o.size - 1
    FROM (
        SELECT id, size, at FROM journal_batches
        WHERE id > (SELECT floor.id FROM floor)
        ORDER BY id
        LIMIT $3::bigint
    ) AS b
    LEFT JOIN journal_order o ON o.batch = b.id
),
unnumbered AS (
    SELECT id, size, at, sum(size) OVER (ORDER BY id) AS upto
    FROM seen
    WHERE last IS NULL
),
numbered AS (
    INSERT INTO journal_order (seq, batch, size, at)
    SELECT newest.seq + u.upto - u.size + 1, u.id, u.size, u.at
    FROM unnumbered u, newest
    RETURNING batch, seq + size - 1 AS last
),
gap AS (
    SELECT FROM seen, floor
    WHERE seen.id > floor.id
    HAVING count(*) < max(seen.id) - max(floor.id)
),
told AS (
    SELECT pg_notify('mission_control_journal', (SELECT max(last) FROM numbered)::text)
    WHERE EXISTS (SELECT 1 FROM numbered)
    UNION ALL
    SELECT pg_notify('mission_control_work', '') WHERE $4::boolean
)
(
    SELECT id AS batch, 0 AS last, 0::bigint AS over_until, 0::bigint AS begun_until FROM floor
    UNION ALL
    SELECT batch, last, 0, 0 FROM numbered
    UNION ALL
    SELECT id, last, 0, 0 FROM seen WHERE last IS NOT NULL
    ORDER BY batch
)
UNION ALL
SELECT
    NULL, newest.seq, pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
    CASE WHEN EXISTS (SELECT FROM gap) THEN pg_current_xact_id()::text::bigint END
FROM newest, (SELECT count(*) FROM told) AS done
