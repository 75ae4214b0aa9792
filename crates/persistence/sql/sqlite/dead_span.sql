-- When a failure happened first and last.
SELECT
    (
        SELECT min(m.completed_at) FROM missions AS m INDEXED BY missions_failures
        WHERE m.project_id = ?1 AND m.dead_letter AND m.fingerprint = ?2
    ),
    (
        SELECT max(m.completed_at) FROM missions AS m INDEXED BY missions_failures
        WHERE m.project_id = ?1 AND m.dead_letter AND m.fingerprint = ?2
    )
