-- Ends the sessions of a person (?1), a token (?2) or the administrator of the settings (?3) but one
-- (?4).
DELETE FROM login_sessions
WHERE digest IN (
    SELECT mine.digest FROM (
        SELECT s.digest FROM login_sessions AS s WHERE s.login = ?1
        UNION ALL
        SELECT s.digest FROM login_sessions AS s WHERE s.token_id = ?2
        UNION ALL
        SELECT s.digest FROM login_sessions AS s WHERE s.fixed_admin = ?3
    ) AS mine
    WHERE mine.digest IS NOT ?4
)
