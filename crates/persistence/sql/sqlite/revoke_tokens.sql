UPDATE tokens SET revoked_at = ?2 WHERE owner = ?1 AND revoked_at IS NULL
