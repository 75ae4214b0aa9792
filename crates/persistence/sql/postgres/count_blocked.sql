-- Of each kind those that wait without an approval missing and stand in no lane, counted up to $3.
SELECT kind.name, (
    SELECT count(*) FROM (
        SELECT 1 FROM missions m
        WHERE m.project_id = $1 AND m.kind = kind.name
            AND m.status = 'pending' AND NOT m.held AND m.lane_id IS NULL
        LIMIT $3::bigint
    ) AS blocked
)
FROM unnest($2::text[]) AS kind (name)
