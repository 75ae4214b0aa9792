INSERT INTO users (login, name, role, disabled, password, created_at)
VALUES (?1, ?2, ?3, 0, ?4, ?5)
