-- $3 is whether it is paused, if that changes; $4 whether the limits change. What was so already
-- keeps whoever set it, also where nothing was set at all.
INSERT INTO queues (project_id, kind, paused, running_limit, key_limit, updated_at, updated_by)
SELECT
    $1, $2, coalesce($3::boolean, false), $5::bigint::integer, $6::bigint::integer,
    $7::timestamptz, $8
WHERE coalesce($3::boolean, false) OR $5::bigint IS NOT NULL OR $6::bigint IS NOT NULL
    OR EXISTS (SELECT 1 FROM queues WHERE project_id = $1 AND kind = $2)
ON CONFLICT (project_id, kind) DO UPDATE
SET paused = coalesce($3::boolean, queues.paused),
    running_limit =
        CASE WHEN $4::boolean THEN excluded.running_limit ELSE queues.running_limit END,
    key_limit = CASE WHEN $4::boolean THEN excluded.key_limit ELSE queues.key_limit END,
    updated_at = excluded.updated_at,
    updated_by = excluded.updated_by
WHERE queues.paused <> coalesce($3::boolean, queues.paused)
    OR $4::boolean AND (
        queues.running_limit IS DISTINCT FROM excluded.running_limit
        OR queues.key_limit IS DISTINCT FROM excluded.key_limit
    )
