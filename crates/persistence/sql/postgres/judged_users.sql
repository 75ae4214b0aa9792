-- Locks a person ($1) and, where $2 says so, all who may do everything everywhere and can sign in, in
-- the order of their logins.
SELECT login, role, disabled, password IS NOT NULL
FROM users
WHERE login = $1 OR ($2 AND role = 'admin' AND NOT disabled AND password IS NOT NULL)
ORDER BY login
FOR NO KEY UPDATE
