-- What those of the missions $1 that are completed have found, in their order, as long as it fits into
-- $3 bytes. How wide a result is shows only once it is read: from the first one on that does not fit,
-- none is read any more, and told is only whether there is one.
WITH RECURSIVE walk AS (
    SELECT
        0 AS n,
        $3::bigint AS room,
        NULL::text COLLATE "C" AS id,
        NULL::text COLLATE "C" AS run_id,
        NULL::text AS step_key,
        false AS found,
        NULL::text AS result
    UNION ALL
    SELECT
        walk.n + 1,
        CASE
            WHEN octet_length(it.result) > walk.room THEN 0
            ELSE walk.room - coalesce(octet_length(it.result), 0)
        END,
        it.id,
        it.run_id,
        it.step_key,
        it.found,
        CASE WHEN octet_length(it.result) <= walk.room THEN it.result END
    FROM walk
    LEFT JOIN LATERAL (
        SELECT
            m.id, m.run_id, m.step_key,
            m.status = 'completed' AND m.result IS NOT NULL AS found,
            CASE WHEN m.status = 'completed' AND walk.room > 0 THEN m.result::text END AS result
        FROM missions m
        WHERE m.id = ($1::text[])[walk.n + 1]
            AND ($2::text[] IS NULL OR m.project_id = ANY($2))
        -- Keeps this a question of its own, whose result is laid out once.
        OFFSET 0
    ) AS it ON true
    WHERE walk.n < cardinality($1)
)
SELECT id, run_id, step_key, found, result FROM walk WHERE id IS NOT NULL ORDER BY n
