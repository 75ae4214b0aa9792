WITH
mission AS (
    SELECT m.id, m.agent_id, m.status FROM missions m
    WHERE m.id = $1 AND ($2::text[] IS NULL OR m.project_id = ANY($2))
),
-- An accepted write extends the lease; its lock orders the lines of one attempt and keeps the lease
-- from ending in between.
lease AS (
    UPDATE leases l
    SET expires_at = greatest(
        l.expires_at, $7::timestamptz + l.length_ms * interval '1 millisecond'
    )
    WHERE l.mission_id = $1
        AND l.lease_id = $3
        AND l.expires_at IS NOT NULL
        AND EXISTS (SELECT 1 FROM mission)
    RETURNING l.mission_id
),
-- Without a lease the lines of a mission wait for one another here: numbers that were drawn side by
-- side would become visible out of their order, and whoever follows them would miss some.
turn AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtextextended('logs/' || mission.id, 0))
    FROM mission
    WHERE $3::bigint IS NULL
),
allowed AS (
    SELECT id FROM mission
    WHERE CASE
        WHEN $3::bigint IS NULL
            THEN (status <> 'running' OR agent_id IS NULL) AND EXISTS (SELECT 1 FROM turn)
        ELSE EXISTS (SELECT 1 FROM lease)
    END
),
stored AS (
    INSERT INTO mission_logs (mission_id, at, level, text, lease_id)
    SELECT allowed.id, u.at, u.level, u.text, $3
    FROM allowed, unnest($4::timestamptz[], $5::smallint[], $6::text[])
        WITH ORDINALITY AS u (at, level, text, place)
    ORDER BY u.place
    RETURNING n
)
SELECT max(n) FROM stored
