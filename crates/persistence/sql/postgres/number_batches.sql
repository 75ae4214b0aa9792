-- Numbers the batches that have no place yet, in the order of their ids, after the newest place;
-- tells listeners once. Answers the floor that was looked from, then every batch that was looked at
-- with its last place, whoever gave it; the last row is the head, without a batch.
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
told AS (
    SELECT pg_notify('mission_control_journal', '')
    WHERE EXISTS (SELECT 1 FROM numbered)
    UNION ALL
    SELECT pg_notify('mission_control_work', '') WHERE $4::boolean
)
(
    SELECT id AS batch, 0 AS last FROM floor
    UNION ALL
    SELECT batch, last FROM numbered
    UNION ALL
    SELECT id, last FROM seen WHERE last IS NOT NULL
    ORDER BY batch
)
UNION ALL
SELECT NULL, newest.seq FROM newest, (SELECT count(*) FROM told) AS done
