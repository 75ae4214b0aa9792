-- In the order of their ids, and before anything else is locked. One that somebody else holds is left
-- out: a claim for many agents does not wait for one of them, nor do their heartbeats behind it.
-- Whoever drains, disables or removes one waits for what it is given here.
SELECT a.id, a.duty, a.max_concurrent::bigint
FROM agents a
WHERE a.id = ANY($1)
ORDER BY a.id
FOR NO KEY UPDATE SKIP LOCKED
