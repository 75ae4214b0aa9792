SELECT
    o.seq + j.pos AS seq, j.at, j.project_id, j.mission_id, j.agent_id, j.version, j.event, j.data
FROM journal j
LEFT JOIN journal_order o ON o.batch = j.batch
WHERE j.mission_id = $1
    AND ($2::text[] IS NULL OR j.project_id = ANY($2))
    AND j.version > $3
ORDER BY j.version
LIMIT $4
