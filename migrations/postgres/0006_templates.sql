-- Missions that are made again and again: templates, and schedules with their ticks. Few write here,
-- and a schedule that comes every second writes as often.

-- What a template says is one value, read and replaced as a whole; the text is kept as it came, since
-- a JSON Schema is shown to whoever wrote it.
CREATE TABLE templates (
    project_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    spec text NOT NULL,
    revision bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by text NOT NULL,
    PRIMARY KEY (project_id, name)
);

CREATE TABLE schedules (
    id text COLLATE "C" PRIMARY KEY,
    project_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    spec text NOT NULL,
    revision bigint NOT NULL,
    paused_at timestamptz,
    -- Nobody, where it has failed too often.
    paused_by text,
    pause_reason text,
    -- The next tick that nobody has decided about; null when it never comes again.
    next_tick timestamptz,
    -- How many ticks were decided about: the number of the last one.
    decided bigint NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by text NOT NULL,
    UNIQUE (project_id, name),
    CHECK ((paused_at IS NULL) = (pause_reason IS NULL))
) WITH (fillfactor = 85);
CREATE INDEX schedules_due ON schedules (next_tick)
    WHERE next_tick IS NOT NULL AND paused_at IS NULL;

CREATE TABLE schedule_ticks (
    schedule_id text COLLATE "C" NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
    n bigint NOT NULL,
    tick timestamptz NOT NULL,
    outcome text COLLATE "C" NOT NULL CHECK (outcome IN ('due', 'fired', 'skipped', 'failed')),
    mission_id text COLLATE "C",
    run_id text COLLATE "C",
    -- Why it was passed over, in a word, or could not be fired, in a sentence.
    reason text,
    -- Of a tick that stands for several that were passed over: the first, and how many.
    since timestamptz,
    covers integer,
    decided_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (schedule_id, n),
    -- A tick is decided about once, whoever tries.
    UNIQUE (schedule_id, tick),
    CHECK ((outcome = 'fired') = (num_nonnulls(mission_id, run_id) = 1)),
    CHECK ((outcome IN ('skipped', 'failed')) = (reason IS NOT NULL))
);
-- Ticks that are to be fired: next to none at any time.
CREATE INDEX schedule_ticks_due ON schedule_ticks (decided_at, schedule_id, n)
    WHERE outcome = 'due';
-- What the ticks have made, however many were passed over since.
CREATE INDEX schedule_ticks_made ON schedule_ticks (schedule_id, n)
    WHERE outcome IN ('due', 'fired');
