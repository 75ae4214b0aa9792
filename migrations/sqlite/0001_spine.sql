-- The spine: missions and what keeps them, the journal and its order, the queue, agents.
-- Times are INTEGER microseconds since 1970, money is nano-dollars, booleans are 0 and 1.

CREATE TABLE meta (
    only_row INTEGER PRIMARY KEY DEFAULT 1 CHECK (only_row = 1),
    store_id TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 1,
    -- The number of the last log line: a number is never given twice, also after retention.
    logged INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;

-- Seed 002's table: its names and columns first, ours after them.
CREATE TABLE missions (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL
        CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    priority TEXT NOT NULL CHECK (priority IN ('low', 'medium', 'high', 'critical')),
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    completed_at INTEGER,
    duration REAL
        GENERATED ALWAYS AS ((completed_at - started_at) / 1e6) VIRTUAL,
    progress REAL NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    error_message TEXT,
    result TEXT,
    metadata TEXT NOT NULL DEFAULT '{}',
    agent_type TEXT,
    model_used TEXT,
    tokens_used INTEGER NOT NULL DEFAULT 0,
    cost_estimate REAL GENERATED ALWAYS AS (cost_nanos / 1e9) VIRTUAL,

    project_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    input TEXT,
    labels TEXT,
    complexity TEXT,
    capabilities TEXT,
    fairness_key TEXT,
    concurrency_key TEXT,
    max_attempts INTEGER NOT NULL,
    backoff_ms TEXT,
    timeout_ms INTEGER,
    parent_id TEXT,
    root_id TEXT NOT NULL,
    depth INTEGER NOT NULL DEFAULT 0,
    run_id TEXT,
    step_key TEXT,
    continues_on_failure INTEGER NOT NULL DEFAULT 0,
    template TEXT,
    created_by TEXT NOT NULL,
    depends_on TEXT,
    has_dependants INTEGER NOT NULL DEFAULT 0,
    has_children INTEGER NOT NULL DEFAULT 0,

    revision INTEGER NOT NULL DEFAULT 1,
    version INTEGER NOT NULL DEFAULT 1,
    updated_at INTEGER NOT NULL,
    held INTEGER NOT NULL DEFAULT 0,
    scheduled_at INTEGER,
    expires_at INTEGER,
    pending_since INTEGER,
    attempt INTEGER NOT NULL DEFAULT 0,
    lease_id INTEGER NOT NULL DEFAULT 0,
    snoozes INTEGER NOT NULL DEFAULT 0,
    agent_id TEXT,
    progress_message TEXT,
    failure_class TEXT,
    dead_letter INTEGER NOT NULL DEFAULT 0,
    because_of TEXT,
    tokens_in INTEGER NOT NULL DEFAULT 0,
    tokens_out INTEGER NOT NULL DEFAULT 0,
    cost_nanos INTEGER NOT NULL DEFAULT 0,
    -- The part of the sums that belongs to the attempt under way.
    attempt_tokens_used INTEGER NOT NULL DEFAULT 0,
    attempt_tokens_in INTEGER NOT NULL DEFAULT 0,
    attempt_tokens_out INTEGER NOT NULL DEFAULT 0,
    attempt_cost_nanos INTEGER NOT NULL DEFAULT 0,
    -- What lists sort by: as it stood at the last move of the life, so that progress touches no
    -- index. Lists read running missions live.
    settled_at INTEGER NOT NULL,
    settled_tokens INTEGER NOT NULL DEFAULT 0,
    settled_cost_nanos INTEGER NOT NULL DEFAULT 0,
    settled_duration_us INTEGER NOT NULL DEFAULT -1,
    -- The row in `ready`, while there is one.
    lane_id INTEGER,
    ready_rank INTEGER,

    CHECK ((status = 'pending') = (pending_since IS NOT NULL)),
    CHECK ((status IN ('completed', 'failed', 'cancelled')) = (completed_at IS NOT NULL)),
    CHECK (status <> 'running' OR started_at IS NOT NULL),
    CHECK (status = 'failed' OR NOT dead_letter)
) STRICT;

-- Ids are time-ordered and carry created_at, so ordering by id is ordering by creation.
CREATE INDEX missions_by_project ON missions (project_id, id);
CREATE INDEX missions_by_status ON missions (project_id, status, priority, id);
CREATE INDEX missions_by_update ON missions (project_id, settled_at, id);
CREATE INDEX missions_by_duration ON missions (project_id, settled_duration_us, id)
    WHERE settled_duration_us >= 0;
CREATE INDEX missions_by_cost ON missions (project_id, settled_cost_nanos, id)
    WHERE settled_cost_nanos > 0;
CREATE INDEX missions_by_tokens ON missions (project_id, settled_tokens, id)
    WHERE settled_tokens > 0;
CREATE INDEX missions_by_kind ON missions (project_id, kind, id) WHERE kind <> 'default';
CREATE INDEX missions_by_agent ON missions (project_id, agent_id, id) WHERE agent_id IS NOT NULL;
CREATE INDEX missions_by_agent_type ON missions (project_id, agent_type, id)
    WHERE agent_type IS NOT NULL;
CREATE INDEX missions_by_model ON missions (project_id, model_used, id)
    WHERE model_used IS NOT NULL;
CREATE INDEX missions_by_parent ON missions (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX missions_by_root ON missions (root_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX missions_by_run ON missions (run_id, id) WHERE run_id IS NOT NULL;
CREATE INDEX missions_by_template ON missions (project_id, template, id)
    WHERE template IS NOT NULL;
CREATE INDEX missions_by_complexity ON missions (project_id, complexity, id)
    WHERE complexity IS NOT NULL;
CREATE INDEX missions_labelled ON missions (project_id, id) WHERE labels IS NOT NULL;
CREATE INDEX missions_dead_letter ON missions (project_id, id) WHERE dead_letter;
CREATE INDEX missions_held ON missions (project_id, id) WHERE held;
CREATE INDEX missions_completed ON missions (project_id, completed_at)
    WHERE completed_at IS NOT NULL;
CREATE INDEX missions_expiring ON missions (expires_at)
    WHERE expires_at IS NOT NULL AND status = 'pending';

CREATE TABLE mission_metrics (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp INTEGER NOT NULL,
    total_missions INTEGER NOT NULL,
    completed_missions INTEGER NOT NULL,
    failed_missions INTEGER NOT NULL,
    running_missions INTEGER NOT NULL,
    average_duration REAL NOT NULL,
    success_rate REAL NOT NULL,
    total_tokens INTEGER NOT NULL,
    total_cost REAL GENERATED ALWAYS AS (total_cost_nanos / 1e9) VIRTUAL,
    project_id TEXT NOT NULL,
    total_cost_nanos INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX mission_metrics_by_time ON mission_metrics (project_id, timestamp);

-- Ended attempts; the one under way is the mission's own row and its lease.
CREATE TABLE attempts (
    mission_id TEXT NOT NULL,
    lease_id INTEGER NOT NULL,
    project_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    agent_id TEXT,
    agent_type TEXT,
    model_used TEXT,
    began_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    failure_class TEXT,
    error_message TEXT,
    tokens_used INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    cost_nanos INTEGER NOT NULL,
    PRIMARY KEY (mission_id, lease_id)
) STRICT, WITHOUT ROWID;

-- One narrow row per running mission; expiry scans it.
CREATE TABLE leases (
    mission_id TEXT PRIMARY KEY,
    lease_id INTEGER NOT NULL,
    project_id TEXT NOT NULL,
    agent_id TEXT,
    kind TEXT NOT NULL,
    concurrency_key TEXT,
    fairness_key TEXT NOT NULL,
    length_ms INTEGER,
    expires_at INTEGER,
    timeout_at INTEGER
) STRICT;
-- What claims count before they take. None has a column that a renewal touches.
CREATE INDEX leases_by_agent ON leases (agent_id) WHERE agent_id IS NOT NULL;
CREATE INDEX leases_by_kind ON leases (project_id, kind);
CREATE INDEX leases_by_key ON leases (project_id, concurrency_key)
    WHERE concurrency_key IS NOT NULL;
CREATE INDEX leases_by_fairness ON leases (project_id, fairness_key);

CREATE TABLE lanes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    capabilities TEXT NOT NULL,
    concurrency_key TEXT NOT NULL,
    fairness_key TEXT NOT NULL,
    priority TEXT NOT NULL,
    UNIQUE (project_id, kind, capabilities, concurrency_key, fairness_key, priority)
) STRICT;

CREATE TABLE ready (
    lane_id INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    mission_id TEXT NOT NULL,
    PRIMARY KEY (lane_id, rank, mission_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE queues (
    project_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0,
    running_limit INTEGER,
    key_limit INTEGER,
    PRIMARY KEY (project_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE dependencies (
    dependency_id TEXT NOT NULL,
    mission_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    PRIMARY KEY (dependency_id, mission_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE follow_ups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL,
    mission_id TEXT NOT NULL,
    what TEXT NOT NULL,
    taken_until INTEGER
) STRICT;

CREATE TABLE receipts (
    project_id TEXT NOT NULL,
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    request_digest BLOB NOT NULL,
    status INTEGER NOT NULL DEFAULT 0,
    body BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (project_id, principal, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX receipts_by_time ON receipts (created_at);

-- Selections that somebody has seen and may carry out as they were shown.
CREATE TABLE previews (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    principal TEXT NOT NULL,
    action TEXT NOT NULL,
    priority TEXT,
    -- A line for each mission: its id, and how it was seen.
    chosen TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX previews_by_time ON previews (created_at);

CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    agent_type TEXT NOT NULL,
    capabilities TEXT NOT NULL,
    kinds TEXT,
    max_concurrent INTEGER NOT NULL,
    duty TEXT NOT NULL,
    online INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    connected_at INTEGER NOT NULL,
    last_active INTEGER NOT NULL,
    last_state_change INTEGER NOT NULL,
    UNIQUE (project_id, name)
) STRICT;

CREATE TABLE mission_logs (
    mission_id TEXT NOT NULL,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    level INTEGER NOT NULL,
    text TEXT NOT NULL,
    lease_id INTEGER,
    PRIMARY KEY (mission_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX mission_logs_by_time ON mission_logs (at);

-- One writer: the order of commits is the order of the rows. AUTOINCREMENT, so that a place is
-- never given twice, even after retention has removed the newest rows.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    project_id TEXT NOT NULL,
    mission_id TEXT,
    agent_id TEXT,
    version INTEGER NOT NULL,
    event TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX journal_by_mission ON journal (mission_id, version) WHERE mission_id IS NOT NULL;

CREATE TABLE projection_checkpoint (
    only_row INTEGER PRIMARY KEY DEFAULT 1 CHECK (only_row = 1),
    seq INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
