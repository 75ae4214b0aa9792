-- Notes when tokens were used, by their ids ($1, in order) and the times ($2): never back, never
-- ahead of now ($3). All are locked first and in order, since processes note at once.
WITH held AS (
    SELECT t.id FROM tokens t
    WHERE t.id = ANY($1::text[])
    ORDER BY t.id
    FOR NO KEY UPDATE
)
UPDATE tokens t
SET last_used_at = least(used.at, $3::timestamptz)
FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at)
WHERE (SELECT count(*) FROM held) > 0
    AND t.id = used.id
    AND t.revoked_at IS NULL
    AND (t.last_used_at IS NULL OR t.last_used_at < least(used.at, $3::timestamptz))
