-- The spine: missions and what keeps them, the journal and its order, the queue, agents.
-- Times are timestamptz, money is nano-dollars, ids are text compared byte by byte.

CREATE TABLE meta (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    store_id text NOT NULL,
    epoch bigint NOT NULL DEFAULT 1,
    -- Every journal batch up to this id has its place, or never will.
    numbered_until bigint NOT NULL DEFAULT 0
);

CREATE TABLE projects (
    id text COLLATE "C" PRIMARY KEY,
    created_at timestamptz NOT NULL
);

-- Seed 002's table: its names and columns first, ours after them.
CREATE TABLE missions (
    id text COLLATE "C" PRIMARY KEY,
    title text NOT NULL,
    description text NOT NULL DEFAULT '',
    status text COLLATE "C" NOT NULL
        CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    priority text COLLATE "C" NOT NULL CHECK (priority IN ('low', 'medium', 'high', 'critical')),
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    completed_at timestamptz,
    duration double precision
        GENERATED ALWAYS AS (extract(epoch FROM completed_at - started_at)) STORED,
    progress double precision NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    error_message text,
    result jsonb,
    metadata jsonb NOT NULL DEFAULT '{}',
    agent_type text COLLATE "C",
    model_used text COLLATE "C",
    tokens_used bigint NOT NULL DEFAULT 0,
    cost_estimate double precision GENERATED ALWAYS AS (cost_nanos / 1e9::double precision) STORED,

    project_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    input jsonb,
    labels jsonb,
    complexity text COLLATE "C",
    capabilities jsonb,
    fairness_key text,
    concurrency_key text,
    max_attempts integer NOT NULL,
    backoff_ms jsonb,
    timeout_ms bigint,
    parent_id text COLLATE "C",
    root_id text COLLATE "C" NOT NULL,
    depth smallint NOT NULL DEFAULT 0,
    run_id text COLLATE "C",
    step_key text,
    continues_on_failure boolean NOT NULL DEFAULT false,
    template text COLLATE "C",
    created_by text NOT NULL,
    depends_on jsonb,
    has_dependants boolean NOT NULL DEFAULT false,
    has_children boolean NOT NULL DEFAULT false,

    revision bigint NOT NULL DEFAULT 1,
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    held boolean NOT NULL DEFAULT false,
    scheduled_at timestamptz,
    expires_at timestamptz,
    pending_since timestamptz,
    attempt integer NOT NULL DEFAULT 0,
    lease_id bigint NOT NULL DEFAULT 0,
    snoozes integer NOT NULL DEFAULT 0,
    agent_id text COLLATE "C",
    progress_message text,
    failure_class text COLLATE "C",
    dead_letter boolean NOT NULL DEFAULT false,
    because_of text COLLATE "C",
    tokens_in bigint NOT NULL DEFAULT 0,
    tokens_out bigint NOT NULL DEFAULT 0,
    cost_nanos bigint NOT NULL DEFAULT 0,
    -- The part of the sums that belongs to the attempt under way.
    attempt_tokens_used bigint NOT NULL DEFAULT 0,
    attempt_tokens_in bigint NOT NULL DEFAULT 0,
    attempt_tokens_out bigint NOT NULL DEFAULT 0,
    attempt_cost_nanos bigint NOT NULL DEFAULT 0,
    -- What lists sort by: as it stood at the last move of the life, so that progress, which
    -- touches no indexed column, stays a heap-only update. Lists read running missions live.
    settled_at timestamptz NOT NULL,
    settled_tokens bigint NOT NULL DEFAULT 0,
    settled_cost_nanos bigint NOT NULL DEFAULT 0,
    settled_duration_us bigint NOT NULL DEFAULT -1,
    -- The row in `ready`, while there is one.
    lane_id bigint,
    ready_rank bigint,

    CHECK ((status = 'pending') = (pending_since IS NOT NULL)),
    CHECK ((status IN ('completed', 'failed', 'cancelled')) = (completed_at IS NOT NULL)),
    CHECK (status <> 'running' OR started_at IS NOT NULL),
    CHECK (status = 'failed' OR NOT dead_letter)
) WITH (fillfactor = 75);

-- Ids are time-ordered and carry created_at, so ordering by id is ordering by creation.
CREATE INDEX missions_by_project ON missions (project_id, id);
CREATE INDEX missions_by_status ON missions (project_id, status, priority, id);
CREATE INDEX missions_by_update ON missions (project_id, status, settled_at, id)
    WHERE status <> 'running';
CREATE INDEX missions_by_duration ON missions (project_id, status, settled_duration_us, id)
    WHERE status IN ('completed', 'failed', 'cancelled');
CREATE INDEX missions_by_cost ON missions (project_id, status, settled_cost_nanos, id)
    WHERE status IN ('completed', 'failed', 'cancelled')
        OR (status = 'pending' AND settled_cost_nanos > 0);
CREATE INDEX missions_by_tokens ON missions (project_id, status, settled_tokens, id)
    WHERE status IN ('completed', 'failed', 'cancelled')
        OR (status = 'pending' AND settled_tokens > 0);
CREATE INDEX missions_by_kind ON missions (project_id, kind, status, id)
    WHERE kind <> 'default';
CREATE INDEX missions_by_agent ON missions (project_id, agent_id, status, id)
    WHERE agent_id IS NOT NULL;
CREATE INDEX missions_by_agent_type ON missions (project_id, agent_type, status, id)
    WHERE agent_type IS NOT NULL;
CREATE INDEX missions_by_model ON missions (project_id, model_used, status, id)
    WHERE model_used IS NOT NULL;
CREATE INDEX missions_by_parent ON missions (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX missions_by_root ON missions (root_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX missions_by_run ON missions (run_id, id) WHERE run_id IS NOT NULL;
CREATE INDEX missions_by_template ON missions (project_id, template, status, id)
    WHERE template IS NOT NULL;
CREATE INDEX missions_by_complexity ON missions (project_id, complexity, status, id)
    WHERE complexity IS NOT NULL;
CREATE INDEX missions_by_label ON missions USING gin (labels) WHERE labels IS NOT NULL;
CREATE INDEX missions_dead_letter ON missions (project_id, id) WHERE dead_letter;
CREATE INDEX missions_held ON missions (project_id, id) WHERE held;
CREATE INDEX missions_completed ON missions (project_id, completed_at)
    WHERE completed_at IS NOT NULL;
CREATE INDEX missions_expiring ON missions (expires_at)
    WHERE expires_at IS NOT NULL AND status = 'pending';

CREATE TABLE mission_metrics (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    timestamp timestamptz NOT NULL,
    total_missions bigint NOT NULL,
    completed_missions bigint NOT NULL,
    failed_missions bigint NOT NULL,
    running_missions bigint NOT NULL,
    average_duration double precision NOT NULL,
    success_rate double precision NOT NULL,
    total_tokens bigint NOT NULL,
    total_cost double precision GENERATED ALWAYS AS (total_cost_nanos / 1e9::double precision) STORED,
    project_id text COLLATE "C" NOT NULL,
    total_cost_nanos bigint NOT NULL
);
CREATE UNIQUE INDEX mission_metrics_by_time ON mission_metrics (project_id, timestamp);

-- Ended attempts; the one under way is the mission's own row and its lease.
CREATE TABLE attempts (
    mission_id text COLLATE "C" NOT NULL,
    lease_id bigint NOT NULL,
    project_id text COLLATE "C" NOT NULL,
    attempt integer NOT NULL,
    agent_id text COLLATE "C",
    agent_type text,
    model_used text,
    began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    failure_class text COLLATE "C",
    error_message text,
    tokens_used bigint NOT NULL,
    tokens_in bigint NOT NULL,
    tokens_out bigint NOT NULL,
    cost_nanos bigint NOT NULL,
    PRIMARY KEY (mission_id, lease_id)
);

-- One narrow row per running mission; expiry scans it.
CREATE TABLE leases (
    mission_id text COLLATE "C" PRIMARY KEY,
    lease_id bigint NOT NULL,
    project_id text COLLATE "C" NOT NULL,
    agent_id text COLLATE "C",
    kind text COLLATE "C" NOT NULL,
    concurrency_key text,
    fairness_key text NOT NULL,
    length_ms bigint,
    expires_at timestamptz,
    timeout_at timestamptz
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
-- What claims count before they take. None has a column that a renewal touches.
CREATE INDEX leases_by_agent ON leases (agent_id) WHERE agent_id IS NOT NULL;
CREATE INDEX leases_by_kind ON leases (project_id, kind);
CREATE INDEX leases_by_key ON leases (project_id, concurrency_key)
    WHERE concurrency_key IS NOT NULL;
CREATE INDEX leases_by_fairness ON leases (project_id, fairness_key);

CREATE TABLE lanes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    capabilities text COLLATE "C" NOT NULL,
    concurrency_key text COLLATE "C" NOT NULL,
    fairness_key text COLLATE "C" NOT NULL,
    priority text COLLATE "C" NOT NULL,
    UNIQUE (project_id, kind, capabilities, concurrency_key, fairness_key, priority)
);

CREATE TABLE ready (
    lane_id bigint NOT NULL,
    rank bigint NOT NULL,
    mission_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (lane_id, rank, mission_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

CREATE TABLE queues (
    project_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    paused boolean NOT NULL DEFAULT false,
    running_limit integer,
    key_limit integer,
    PRIMARY KEY (project_id, kind)
);

CREATE TABLE dependencies (
    dependency_id text COLLATE "C" NOT NULL,
    mission_id text COLLATE "C" NOT NULL,
    project_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (dependency_id, mission_id)
);

CREATE TABLE follow_ups (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id text COLLATE "C" NOT NULL,
    mission_id text COLLATE "C" NOT NULL,
    what text COLLATE "C" NOT NULL,
    taken_until timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

CREATE TABLE receipts (
    project_id text COLLATE "C" NOT NULL,
    principal text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    request_digest bytea NOT NULL,
    status smallint NOT NULL DEFAULT 0,
    body bytea,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (project_id, principal, key)
);
CREATE INDEX receipts_by_time ON receipts (created_at);

-- Selections that somebody has seen and may carry out as they were shown.
CREATE TABLE previews (
    id text COLLATE "C" PRIMARY KEY,
    project_id text COLLATE "C" NOT NULL,
    principal text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    priority text COLLATE "C",
    -- A line for each mission: its id, and how it was seen.
    chosen text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX previews_by_time ON previews (created_at);

CREATE TABLE agents (
    id text COLLATE "C" PRIMARY KEY,
    project_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    agent_type text NOT NULL,
    capabilities jsonb NOT NULL,
    kinds jsonb,
    max_concurrent integer NOT NULL,
    duty text COLLATE "C" NOT NULL,
    online boolean NOT NULL,
    registered_at timestamptz NOT NULL,
    connected_at timestamptz NOT NULL,
    last_active timestamptz NOT NULL,
    last_state_change timestamptz NOT NULL,
    UNIQUE (project_id, name)
) WITH (fillfactor = 70);

CREATE TABLE mission_logs (
    mission_id text COLLATE "C" NOT NULL,
    n bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    level smallint NOT NULL,
    text text NOT NULL,
    lease_id bigint
) PARTITION BY RANGE (at);
CREATE TABLE mission_logs_default PARTITION OF mission_logs DEFAULT;
CREATE INDEX mission_logs_by_mission ON mission_logs (mission_id, n);
CREATE INDEX mission_logs_by_time ON mission_logs (at);

-- The journal. A transaction writes one row into `journal_batches` and its entries into `journal`;
-- the sequencer gives each batch its place in `journal_order` after the commit. All three are only
-- ever appended to, and lose their beginning to retention.
CREATE TABLE journal (
    batch bigint NOT NULL,
    pos integer NOT NULL,
    at timestamptz NOT NULL,
    project_id text COLLATE "C" NOT NULL,
    mission_id text COLLATE "C",
    agent_id text COLLATE "C",
    version bigint NOT NULL,
    event text COLLATE "C" NOT NULL,
    data text NOT NULL,
    PRIMARY KEY (batch, pos, at)
) PARTITION BY RANGE (at);
CREATE TABLE journal_default PARTITION OF journal DEFAULT;
CREATE INDEX journal_by_mission ON journal (mission_id, version) WHERE mission_id IS NOT NULL;

-- CACHE 1 (the default) and drawn after the missions' rows are locked: the batches of one mission
-- rise with its commits.
CREATE TABLE journal_batches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    size integer NOT NULL,
    at timestamptz NOT NULL
);

CREATE TABLE journal_order (
    seq bigint PRIMARY KEY,
    batch bigint NOT NULL UNIQUE,
    size integer NOT NULL,
    at timestamptz NOT NULL
);

CREATE TABLE projection_checkpoint (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    seq bigint NOT NULL,
    saved_at timestamptz NOT NULL,
    body text NOT NULL
);
