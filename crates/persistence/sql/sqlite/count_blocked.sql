-- Those of a kind that wait without an approval missing and stand in no lane, counted up to ?3.
SELECT count(*) FROM (
    SELECT 1 FROM missions AS m INDEXED BY missions_blocked
    WHERE m.project_id = ?1 AND m.kind = ?2
        AND m.status = 'pending' AND NOT m.held AND m.lane_id IS NULL
    LIMIT ?3
)
