-- What retention has removed, and where it finds what may leave.

-- The missions that have left, in the counters: the totals of all time are these and those of
-- `missions`.
CREATE TABLE totals (
    project_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('completed', 'failed', 'cancelled')),
    priority TEXT NOT NULL CHECK (priority IN ('low', 'medium', 'high', 'critical')),
    missions INTEGER NOT NULL,
    tokens_used INTEGER NOT NULL,
    cost_nanos INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    timed INTEGER NOT NULL,
    PRIMARY KEY (project_id, status, priority)
) STRICT, WITHOUT ROWID;

-- How the attempts ended that have left with their missions, while their agent is there.
CREATE TABLE agent_totals (
    agent_id TEXT PRIMARY KEY,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- From when on a mission keeps nobody any more: of a tree or a run the last one is found at once.
CREATE INDEX missions_of_tree ON missions (
    root_id,
    (CASE WHEN dead_letter THEN 9223372036854775807
        ELSE coalesce(completed_at, 9223372036854775807) END)
) WHERE parent_id IS NOT NULL;
CREATE INDEX missions_of_run ON missions (
    run_id,
    (CASE WHEN dead_letter THEN 9223372036854775807
        ELSE coalesce(completed_at, 9223372036854775807) END)
) WHERE run_id IS NOT NULL;

-- When a mission was last seen in the lane, or the lane was made.
ALTER TABLE lanes ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
