-- Revokes a token (?1), of one owner alone where one is given (?2).
UPDATE tokens SET revoked_at = ?3
WHERE id = ?1 AND revoked_at IS NULL AND (?2 IS NULL OR owner = ?2)
