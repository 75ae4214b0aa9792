-- Of each failure how many there are, counted up to $3, what the newest of them says, and of the
-- newest $4 the ids, kinds and kinds of agent.
SELECT
    failure.fingerprint,
    (
        SELECT count(*) FROM (
            SELECT 1 FROM missions m
            WHERE m.project_id = $1 AND m.dead_letter AND m.fingerprint = failure.fingerprint
            LIMIT $3::bigint
        ) AS counted
    ),
    newest.failure_class, newest.error_message,
    sample.ids, sample.kinds, sample.agent_types
FROM unnest($2::text[]) WITH ORDINALITY AS failure (fingerprint, place)
CROSS JOIN LATERAL (
    SELECT m.failure_class, m.error_message FROM missions m
    WHERE m.project_id = $1 AND m.dead_letter AND m.fingerprint = failure.fingerprint
    ORDER BY m.completed_at DESC, m.id DESC
    LIMIT 1
) AS newest
CROSS JOIN LATERAL (
    SELECT
        (array_agg(one.id ORDER BY one.completed_at DESC, one.id DESC))[:$5::integer] AS ids,
        array_agg(DISTINCT one.kind) AS kinds,
        array_agg(DISTINCT one.agent_type) FILTER (WHERE one.agent_type IS NOT NULL) AS agent_types
    FROM (
        SELECT m.id, m.completed_at, m.kind, m.agent_type FROM missions m
        WHERE m.project_id = $1 AND m.dead_letter AND m.fingerprint = failure.fingerprint
        ORDER BY m.completed_at DESC, m.id DESC
        LIMIT $4::bigint
    ) AS one
) AS sample
ORDER BY failure.place
