SELECT
    coalesce((SELECT o.seq + o.size - 1 FROM journal_order o ORDER BY o.seq DESC LIMIT 1), 0),
    EXISTS (
        SELECT 1 FROM journal_batches b
        WHERE b.id > (SELECT numbered_until FROM meta)
            AND NOT EXISTS (SELECT 1 FROM journal_order o WHERE o.batch = b.id)
    )
