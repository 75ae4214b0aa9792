DELETE FROM memberships WHERE login = ?1
