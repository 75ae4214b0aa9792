-- Notes when sessions were used, by their digests ($1, in order) and the times ($2): never back, never
-- ahead of now ($3), and not of one that is over, being unused since $4 or begun by $5, which would
-- begin anew. All are locked first and in order, since processes note at once.
WITH held AS (
    SELECT s.digest FROM login_sessions s
    WHERE s.digest = ANY($1::bytea[])
    ORDER BY s.digest
    FOR NO KEY UPDATE
)
UPDATE login_sessions s
SET last_used_at = least(used.at, $3::timestamptz)
FROM unnest($1::bytea[], $2::timestamptz[]) AS used (digest, at)
WHERE (SELECT count(*) FROM held) > 0
    AND s.digest = used.digest
    AND s.last_used_at < least(used.at, $3::timestamptz)
    AND s.last_used_at > $4
    AND s.created_at > $5
