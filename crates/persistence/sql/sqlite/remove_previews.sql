DELETE FROM previews
WHERE id IN (
    SELECT old.id FROM previews AS old INDEXED BY previews_by_time
    WHERE old.created_at < ?1
    ORDER BY old.created_at
    LIMIT ?2
)
