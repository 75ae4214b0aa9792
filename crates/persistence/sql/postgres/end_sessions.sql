-- Ends the sessions of a person ($1), a token ($2) or the administrator of the settings ($3) but one
-- ($4), locked in order like all of several sessions.
DELETE FROM login_sessions
WHERE digest = ANY(ARRAY(
    SELECT s.digest FROM login_sessions s
    WHERE s.digest = ANY(ARRAY(
        SELECT mine.digest FROM login_sessions mine WHERE mine.login = $1
        UNION ALL
        SELECT mine.digest FROM login_sessions mine WHERE mine.token_id = $2
        UNION ALL
        SELECT mine.digest FROM login_sessions mine WHERE mine.fixed_admin = $3
    ))
    AND s.digest IS DISTINCT FROM $4::bytea
    ORDER BY s.digest
    FOR UPDATE
))
RETURNING digest
