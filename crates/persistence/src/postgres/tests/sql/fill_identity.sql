INSERT INTO users (login, name, role, disabled, password, created_at)
SELECT 'p' || n, 'Person ' || n, CASE WHEN n % 100 = 0 THEN 'admin' END, false, 'phc', now()
FROM generate_series(0, 999) AS n;

INSERT INTO memberships (login, project_id, role)
SELECT 'p' || n, 'project-' || m, 'viewer'
FROM generate_series(0, 999) AS n, generate_series(1, 20) AS m;

INSERT INTO tokens (id, digest, hint, name, owner, role, created_at, expires_at, revoked_at)
SELECT
    lpad(to_hex(n), 32, '0'), sha256(n::text::bytea), 'mc', 'Token ' || n, 'p' || n % 1000, 'viewer',
    now() - n * interval '1 minute',
    CASE WHEN n % 3 = 0 THEN now() + n * interval '1 minute' END,
    CASE WHEN n % 4 = 1 THEN now() - n * interval '1 second' END
FROM generate_series(0, 49999) AS n;

INSERT INTO login_sessions (digest, login, token_id, user_agent, created_at, last_used_at)
SELECT
    sha256(n::text::bytea),
    CASE WHEN n % 2 = 0 THEN 'p' || n % 1000 END,
    CASE WHEN n % 2 = 1 THEN lpad(to_hex(n % 50000), 32, '0') END,
    'browser', now() - n * interval '1 second', now()
FROM generate_series(0, 99999) AS n;

VACUUM (ANALYZE) users, memberships, tokens, login_sessions
