WITH ended AS (DELETE FROM login_sessions WHERE digest = $1 RETURNING digest)
UPDATE identity_revision SET revision = revision + 1 WHERE (SELECT count(*) FROM ended) > 0
