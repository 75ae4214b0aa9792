-- What retention has removed, and where it finds what may leave.

-- The missions that have left, in the counters: the totals of all time are these and those of
-- `missions`.
CREATE TABLE totals (
    project_id text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL CHECK (status IN ('completed', 'failed', 'cancelled')),
    priority text COLLATE "C" NOT NULL CHECK (priority IN ('low', 'medium', 'high', 'critical')),
    missions bigint NOT NULL,
    tokens_used bigint NOT NULL,
    cost_nanos bigint NOT NULL,
    duration_us bigint NOT NULL,
    timed bigint NOT NULL,
    PRIMARY KEY (project_id, status, priority)
);

-- How the attempts ended that have left with their missions, while their agent is there.
CREATE TABLE agent_totals (
    agent_id text COLLATE "C" PRIMARY KEY,
    completed bigint NOT NULL,
    failed bigint NOT NULL
);

-- From when on a mission keeps nobody any more: of a tree or a run the last one is found at once.
CREATE INDEX missions_of_tree ON missions (
    root_id,
    (CASE WHEN dead_letter THEN 'infinity' ELSE coalesce(completed_at, 'infinity') END)
) WHERE parent_id IS NOT NULL;
CREATE INDEX missions_of_run ON missions (
    run_id,
    (CASE WHEN dead_letter THEN 'infinity' ELSE coalesce(completed_at, 'infinity') END)
) WHERE run_id IS NOT NULL;

-- When a mission was last seen in the lane, or the lane was made.
ALTER TABLE lanes ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now();
