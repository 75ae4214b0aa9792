-- Revokes all tokens of an owner, locked in order like all of several tokens.
UPDATE tokens SET revoked_at = $2
WHERE id = ANY(ARRAY(
    SELECT t.id FROM tokens t
    WHERE t.owner = $1 AND t.revoked_at IS NULL
    ORDER BY t.id
    FOR NO KEY UPDATE
))
