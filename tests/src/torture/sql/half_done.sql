-- What no operation leaves behind when it is whole: each row says what is wrong with which mission.
SELECT 'its version and its journal differ' AS what, m.id AS mission
FROM missions m
LEFT JOIN (
    SELECT mission_id, max(version) AS last, count(*) AS entries
    FROM journal WHERE mission_id IS NOT NULL
    GROUP BY mission_id
) AS told ON told.mission_id = m.id
WHERE told.last IS DISTINCT FROM m.version OR told.entries IS DISTINCT FROM m.version
UNION ALL
SELECT 'the journal knows it, and nobody else does', j.mission_id
FROM journal j
WHERE j.mission_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM missions m WHERE m.id = j.mission_id)
UNION ALL
SELECT 'entries of the journal belong to no batch', j.batch::text
FROM journal j
WHERE NOT EXISTS (SELECT 1 FROM journal_batches b WHERE b.id = j.batch)
UNION ALL
SELECT 'it runs without a lease', m.id
FROM missions m
WHERE m.status = 'running'
    AND NOT EXISTS (
        SELECT 1 FROM leases l
        WHERE l.mission_id = m.id AND l.lease_id = m.lease_id
            AND l.agent_id IS NOT DISTINCT FROM m.agent_id
    )
UNION ALL
SELECT 'it has a lease and does not run', l.mission_id
FROM leases l
WHERE NOT EXISTS (SELECT 1 FROM missions m WHERE m.id = l.mission_id AND m.status = 'running')
UNION ALL
SELECT 'its attempts are not as many as its leases', m.id
FROM missions m
WHERE m.lease_id - (m.status = 'running')::integer
    <> (SELECT count(*) FROM attempts a WHERE a.mission_id = m.id)
UNION ALL
SELECT 'its place in the queue is not the one that it has', r.mission_id
FROM ready r
LEFT JOIN missions m ON m.id = r.mission_id
WHERE m.status IS DISTINCT FROM 'pending'
    OR m.lane_id IS DISTINCT FROM r.lane_id
    OR m.ready_rank IS DISTINCT FROM r.rank
UNION ALL
SELECT 'it has a place in the queue that is not there', m.id
FROM missions m
WHERE m.lane_id IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM ready r
        WHERE r.lane_id = m.lane_id AND r.rank = m.ready_rank AND r.mission_id = m.id
    )
UNION ALL
SELECT 'what it depends on does not know of it', m.id
FROM missions m
WHERE jsonb_array_length(coalesce(m.depends_on, '[]'))
    <> (SELECT count(*) FROM dependencies d WHERE d.mission_id = m.id)
UNION ALL
SELECT 'its receipt was never filled in', r.key
FROM receipts r
WHERE r.status = 0
