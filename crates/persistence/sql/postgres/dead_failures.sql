-- The failures of a dead letter with when they happened first and last, at most $4: $2 different ones
-- by a loose index scan, a probe each, and those of the newest $3 missions whatever else there is.
-- The last column says how many the scan found.
WITH RECURSIVE failures AS (
    (
        SELECT m.fingerprint FROM missions m
        WHERE m.project_id = $1 AND m.dead_letter AND m.fingerprint > ''
        ORDER BY m.fingerprint
        LIMIT 1
    )
    UNION ALL
    SELECT next.fingerprint
    FROM failures
    CROSS JOIN LATERAL (
        SELECT m.fingerprint FROM missions m
        WHERE m.project_id = $1 AND m.dead_letter AND m.fingerprint > failures.fingerprint
        ORDER BY m.fingerprint
        LIMIT 1
    ) AS next
),
scanned AS (SELECT fingerprint FROM failures LIMIT $2::bigint),
newest AS (
    SELECT m.fingerprint FROM missions m
    WHERE m.project_id = $1 AND m.dead_letter
    ORDER BY m.completed_at DESC
    LIMIT $3::bigint
),
known AS (
    SELECT fingerprint FROM scanned
    UNION
    SELECT fingerprint FROM newest WHERE fingerprint IS NOT NULL
)
SELECT known.fingerprint, first.at, last.at, (SELECT count(*) FROM scanned)
FROM known
CROSS JOIN LATERAL (
    SELECT m.completed_at AS at FROM missions m
    WHERE m.project_id = $1 AND m.dead_letter AND m.fingerprint = known.fingerprint
    ORDER BY m.completed_at
    LIMIT 1
) AS first
CROSS JOIN LATERAL (
    SELECT m.completed_at AS at FROM missions m
    WHERE m.project_id = $1 AND m.dead_letter AND m.fingerprint = known.fingerprint
    ORDER BY m.completed_at DESC
    LIMIT 1
) AS last
ORDER BY last.at DESC, known.fingerprint
LIMIT $4::bigint
