WITH gone AS (
    DELETE FROM lanes l
    WHERE l.id = ANY($1)
        AND l.seen_at < $2::timestamptz
        AND (SELECT r.rank FROM ready r WHERE r.lane_id = l.id LIMIT 1) IS NULL
    RETURNING l.id
)
SELECT id FROM gone
