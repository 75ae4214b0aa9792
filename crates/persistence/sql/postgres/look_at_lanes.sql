-- The lanes behind $1, at most $2, and whether each has been empty since before $4. One that is not
-- empty is seen at $3, noted only where it was last seen before $5.
WITH
front AS MATERIALIZED (
    SELECT
        l.id, l.seen_at,
        (SELECT r.rank FROM ready r WHERE r.lane_id = l.id LIMIT 1) IS NOT NULL AS used
    FROM lanes l
    WHERE l.id > $1
    ORDER BY l.id
    LIMIT $2::bigint
),
seen AS (
    UPDATE lanes SET seen_at = $3::timestamptz
    WHERE id = ANY(ARRAY(
        SELECT front.id FROM front WHERE front.used AND front.seen_at < $5::timestamptz
    ))
)
SELECT id, NOT used AND seen_at < $4::timestamptz FROM front ORDER BY id
