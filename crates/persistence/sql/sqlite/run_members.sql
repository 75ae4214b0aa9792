-- Missions of the run ?1 behind ?2, at most ?3; ?4 says which, and of the broken ones ?5 by when they
-- have ended.
SELECT member.id
FROM missions AS member INDEXED BY missions_by_run
WHERE member.run_id = ?1 AND member.id > ?2
  AND CASE ?4
      WHEN 'all' THEN 1
      WHEN 'open' THEN member.status IN ('pending', 'running')
      WHEN 'broken' THEN
          (member.status = 'cancelled'
              OR member.status = 'failed' AND NOT member.continues_on_failure)
          AND member.completed_at <= ?5
      WHEN 'unaligned' THEN
          member.status <> 'completed'
          AND member.run_paused <> (SELECT r.paused FROM runs AS r WHERE r.id = ?1)
  END
ORDER BY member.id
LIMIT ?3
