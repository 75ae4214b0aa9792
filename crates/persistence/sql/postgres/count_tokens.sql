SELECT count(*) FROM tokens WHERE owner = $1 AND revoked_at IS NULL
