-- What is null stays as it is, but the role (?4) where ?3 says that it is given.
UPDATE users
SET name = coalesce(?2, name),
    role = CASE WHEN ?3 THEN ?4 ELSE role END,
    disabled = coalesce(?5, disabled),
    password = coalesce(?6, password)
WHERE login = ?1
