-- The different failures of a dead letter, at most ?2: a loose index scan, a probe each.
WITH RECURSIVE failures (fingerprint) AS (
    SELECT min(fingerprint) FROM missions AS m INDEXED BY missions_failures
    WHERE m.project_id = ?1 AND m.dead_letter AND m.fingerprint > ''
    UNION ALL
    SELECT (
        SELECT min(m.fingerprint) FROM missions AS m INDEXED BY missions_failures
        WHERE m.project_id = ?1 AND m.dead_letter AND m.fingerprint > failures.fingerprint
    )
    FROM failures
    WHERE failures.fingerprint IS NOT NULL
)
SELECT fingerprint FROM failures WHERE fingerprint IS NOT NULL LIMIT ?2
