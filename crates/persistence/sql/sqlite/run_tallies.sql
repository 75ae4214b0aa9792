-- How many missions of each run in the list ?1 stand where.
SELECT
    member.run_id,
    count(*) FILTER (WHERE member.status = 'pending'),
    count(*) FILTER (WHERE member.status = 'running'),
    count(*) FILTER (WHERE member.status = 'completed'),
    count(*) FILTER (WHERE member.status = 'failed' AND NOT member.continues_on_failure),
    count(*) FILTER (WHERE member.status = 'failed' AND member.continues_on_failure),
    count(*) FILTER (WHERE member.status = 'cancelled'),
    coalesce(max(member.step_position) FILTER (WHERE member.lease_id > 0), 0),
    min(member.started_at),
    max(member.completed_at)
FROM json_each(?1) AS asked
CROSS JOIN missions AS member INDEXED BY missions_by_run ON member.run_id = asked.value
GROUP BY member.run_id
