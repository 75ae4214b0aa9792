-- Keeps the agents of these missions' attempts from being removed meanwhile.
SELECT g.id FROM agents g
WHERE g.id = ANY(ARRAY(SELECT DISTINCT a.agent_id FROM attempts a WHERE a.mission_id = ANY($1)))
ORDER BY g.id
FOR KEY SHARE
