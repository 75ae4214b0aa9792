-- What the agents that ask hold now; a hint, since nothing is locked.
SELECT a.id, a.duty, a.max_concurrent::bigint,
    (SELECT count(*) FROM leases l WHERE l.agent_id = a.id)
FROM agents a
WHERE a.id = ANY($1)
