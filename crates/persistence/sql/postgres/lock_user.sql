-- Whoever begins a session waits for a change of the person that is under way, which ends them all.
SELECT login FROM users WHERE login = $1 FOR NO KEY UPDATE
