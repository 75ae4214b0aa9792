-- ?3 is whether it is paused, if that changes; ?4 whether the limits change. What was so already
-- keeps whoever set it, also where nothing was set at all.
INSERT INTO queues (project_id, kind, paused, running_limit, key_limit, updated_at, updated_by)
SELECT ?1, ?2, coalesce(?3, 0), ?5, ?6, ?7, ?8
WHERE coalesce(?3, 0) OR ?5 IS NOT NULL OR ?6 IS NOT NULL
    OR EXISTS (SELECT 1 FROM queues WHERE project_id = ?1 AND kind = ?2)
ON CONFLICT (project_id, kind) DO UPDATE SET
    paused = coalesce(?3, paused),
    running_limit = CASE WHEN ?4 THEN excluded.running_limit ELSE running_limit END,
    key_limit = CASE WHEN ?4 THEN excluded.key_limit ELSE key_limit END,
    updated_at = excluded.updated_at,
    updated_by = excluded.updated_by
WHERE paused <> coalesce(?3, paused)
    OR ?4 AND (
        running_limit IS NOT excluded.running_limit OR key_limit IS NOT excluded.key_limit
    )
