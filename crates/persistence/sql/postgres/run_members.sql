-- Missions of the run $1 behind $2, at most $3; $4 says which, and of the broken ones $5 by when they
-- have ended.
SELECT m.id
FROM missions m
WHERE m.run_id = $1 AND m.id > $2
    AND CASE $4::text
        WHEN 'all' THEN true
        WHEN 'open' THEN m.status IN ('pending', 'running')
        WHEN 'broken' THEN
            (m.status = 'cancelled' OR m.status = 'failed' AND NOT m.continues_on_failure)
            AND m.completed_at <= $5::timestamptz
        WHEN 'unaligned' THEN
            m.status <> 'completed' AND m.run_paused <> (SELECT r.paused FROM runs r WHERE r.id = $1)
    END
ORDER BY m.id
LIMIT $3::bigint
