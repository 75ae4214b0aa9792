-- A statement of its own, so that it sees what was committed before the agents' rows were
-- locked.
SELECT asked.id, (SELECT count(*) FROM leases l WHERE l.agent_id = asked.id)
FROM unnest($1::text[]) AS asked (id)
