-- Those of a schedule stay while one of its ticks is to be fired: they alone tell whether it was.
DELETE FROM receipts
WHERE (project_id, principal, key) IN (
    SELECT old.project_id, old.principal, old.key
    FROM receipts AS old INDEXED BY receipts_by_time
    WHERE old.created_at < ?1
      AND old.principal NOT IN (
          SELECT 'schedule:' || k.schedule_id FROM schedule_ticks AS k WHERE k.outcome = 'due'
      )
    ORDER BY old.created_at
    LIMIT ?2
)
