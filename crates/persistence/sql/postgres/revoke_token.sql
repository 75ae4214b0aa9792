-- Revokes a token ($1), of one owner alone where one is given ($2); answers nothing where there is none.
WITH revoked AS (
    UPDATE tokens SET revoked_at = $3
    WHERE id = $1 AND revoked_at IS NULL AND ($2::text IS NULL OR owner = $2)
    RETURNING id
)
UPDATE identity_revision SET revision = revision + 1
WHERE (SELECT count(*) FROM revoked) > 0
RETURNING revision
