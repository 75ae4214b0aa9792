-- Who may come in: people and what they may do where, sessions of browsers, tokens of programs.
-- Few write here and nobody waits for them, so foreign keys cost nothing. There is none to
-- `projects`: the settings may name one before it stands there.

-- Raised in the same transaction as everything that may take something from somebody. A row of its
-- own: nothing else waits for it, and it is asked for some times a second.
CREATE TABLE identity_revision (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint NOT NULL
);
INSERT INTO identity_revision (revision) VALUES (1);

-- Never deleted, only kept out: what somebody did stays theirs.
CREATE TABLE users (
    login text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    -- Held in every project.
    role text COLLATE "C" CHECK (role IN ('agent', 'viewer', 'operator', 'admin')),
    disabled boolean NOT NULL DEFAULT false,
    -- A PHC string of argon2id.
    password text,
    created_at timestamptz NOT NULL
);
-- Those who may do everything and can sign in; one of them always stays.
CREATE INDEX users_administrators ON users (login)
    WHERE role = 'admin' AND NOT disabled AND password IS NOT NULL;

CREATE TABLE memberships (
    login text COLLATE "C" NOT NULL REFERENCES users (login),
    project_id text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL CHECK (role IN ('agent', 'viewer', 'operator', 'admin')),
    PRIMARY KEY (login, project_id)
);

-- Secrets stand here as their SHA-256, and are found by it. An index need not compare in constant
-- time: how far it got tells of a digest, and nobody can choose a secret by its digest.
CREATE TABLE tokens (
    id text COLLATE "C" PRIMARY KEY,
    digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    hint text NOT NULL,
    name text NOT NULL,
    -- No key of `users`: the administrator of the settings makes tokens too.
    owner text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL CHECK (role IN ('agent', 'viewer', 'operator', 'admin')),
    -- The one project, and the one agent.
    project_id text COLLATE "C",
    agent text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    CHECK (agent IS NULL OR role = 'agent')
);
CREATE INDEX tokens_by_owner ON tokens (owner, created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX tokens_by_time ON tokens (created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX tokens_expiring ON tokens (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX tokens_revoked ON tokens (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE login_sessions (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    -- As whom: a person, the bearer of a token, or the bearer of the administrator's token of the
    -- settings, by its digest.
    login text COLLATE "C" REFERENCES users (login),
    token_id text COLLATE "C" REFERENCES tokens (id) ON DELETE CASCADE,
    fixed_admin bytea CHECK (octet_length(fixed_admin) = 32),
    user_agent text NOT NULL,
    created_at timestamptz NOT NULL,
    -- In no index, so that noting it stays a heap-only update.
    last_used_at timestamptz NOT NULL,
    CHECK (num_nonnulls(login, token_id, fixed_admin) = 1)
) WITH (fillfactor = 85);
CREATE INDEX login_sessions_by_login ON login_sessions (login, created_at)
    WHERE login IS NOT NULL;
CREATE INDEX login_sessions_by_token ON login_sessions (token_id, created_at)
    WHERE token_id IS NOT NULL;
CREATE INDEX login_sessions_by_admin ON login_sessions (fixed_admin, created_at)
    WHERE fixed_admin IS NOT NULL;
CREATE INDEX login_sessions_by_time ON login_sessions (created_at);
