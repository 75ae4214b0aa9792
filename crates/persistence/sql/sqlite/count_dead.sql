-- How many missions of a dead letter failed alike, counted up to ?3.
SELECT count(*) FROM (
    SELECT 1 FROM missions AS m INDEXED BY missions_failures
    WHERE m.project_id = ?1 AND m.dead_letter AND m.fingerprint = ?2
    LIMIT ?3
)
