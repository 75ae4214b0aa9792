DELETE FROM receipts
WHERE (project_id, principal, key) IN (
    SELECT old.project_id, old.principal, old.key
    FROM receipts AS old INDEXED BY receipts_by_time
    WHERE old.created_at < ?1
    ORDER BY old.created_at
    LIMIT ?2
)
