-- Who may come in: people and what they may do where, sessions of browsers, tokens of programs.
-- Few write here and nobody waits for them, so foreign keys cost nothing. There is none to
-- `projects`: the settings may name one before it stands there.

-- Raised in the same transaction as everything that may take something from somebody. A row of its
-- own: nothing else waits for it, and it is asked for some times a second.
CREATE TABLE identity_revision (
    only_row INTEGER PRIMARY KEY DEFAULT 1 CHECK (only_row = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO identity_revision (revision) VALUES (1);

-- Never deleted, only kept out: what somebody did stays theirs.
CREATE TABLE users (
    login TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    -- Held in every project.
    role TEXT CHECK (role IN ('agent', 'viewer', 'operator', 'admin')),
    disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    -- A PHC string of argon2id.
    password TEXT,
    created_at INTEGER NOT NULL
) STRICT;
-- Those who may do everything and can sign in; one of them always stays.
CREATE INDEX users_administrators ON users (login)
    WHERE role = 'admin' AND NOT disabled AND password IS NOT NULL;

CREATE TABLE memberships (
    login TEXT NOT NULL REFERENCES users (login),
    project_id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('agent', 'viewer', 'operator', 'admin')),
    PRIMARY KEY (login, project_id)
) STRICT, WITHOUT ROWID;

-- Secrets stand here as their SHA-256, and are found by it. An index need not compare in constant
-- time: how far it got tells of a digest, and nobody can choose a secret by its digest.
CREATE TABLE tokens (
    id TEXT PRIMARY KEY NOT NULL,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    hint TEXT NOT NULL,
    name TEXT NOT NULL,
    -- No key of `users`: the administrator of the settings makes tokens too.
    owner TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('agent', 'viewer', 'operator', 'admin')),
    -- The one project, and the one agent.
    project_id TEXT,
    agent TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER,
    CHECK (agent IS NULL OR role = 'agent')
) STRICT;
CREATE INDEX tokens_by_owner ON tokens (owner, created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX tokens_by_time ON tokens (created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX tokens_expiring ON tokens (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX tokens_revoked ON tokens (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE login_sessions (
    digest BLOB PRIMARY KEY NOT NULL CHECK (length(digest) = 32),
    -- As whom: a person, the bearer of a token, or the bearer of the administrator's token of the
    -- settings, by its digest.
    login TEXT REFERENCES users (login),
    token_id TEXT REFERENCES tokens (id) ON DELETE CASCADE,
    fixed_admin BLOB CHECK (length(fixed_admin) = 32),
    user_agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- In no index, so that noting it touches none.
    last_used_at INTEGER NOT NULL,
    CHECK ((login IS NOT NULL) + (token_id IS NOT NULL) + (fixed_admin IS NOT NULL) = 1)
) STRICT;
CREATE INDEX login_sessions_by_login ON login_sessions (login, created_at)
    WHERE login IS NOT NULL;
CREATE INDEX login_sessions_by_token ON login_sessions (token_id, created_at)
    WHERE token_id IS NOT NULL;
CREATE INDEX login_sessions_by_admin ON login_sessions (fixed_admin, created_at)
    WHERE fixed_admin IS NOT NULL;
CREATE INDEX login_sessions_by_time ON login_sessions (created_at);
