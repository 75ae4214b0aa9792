-- Whoever makes a token waits for a change that keeps its owner out, which revokes them all.
SELECT disabled FROM users WHERE login = $1 FOR SHARE
