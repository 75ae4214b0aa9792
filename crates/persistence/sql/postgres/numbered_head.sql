-- The last place, and whether a batch is committed that has none yet: behind $1 or among $2.
SELECT
    coalesce((SELECT o.seq + o.size - 1 FROM journal_order o ORDER BY o.seq DESC LIMIT 1), 0),
    EXISTS (
        SELECT 1 FROM journal_batches b
        WHERE b.id > $1::bigint
            AND NOT EXISTS (SELECT 1 FROM journal_order o WHERE o.batch = b.id)
    )
    OR EXISTS (
        SELECT 1
        FROM unnest($2::bigint[]) AS gap (id)
        JOIN journal_batches b ON b.id = gap.id
        WHERE NOT EXISTS (SELECT 1 FROM journal_order o WHERE o.batch = b.id)
    )
