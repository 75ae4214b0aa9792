-- Missions that are made again and again: templates, and schedules with their ticks. Few write here,
-- and a schedule that comes every second writes as often.

-- What a template says is one value, read and replaced as a whole; the text is kept as it came, since
-- a JSON Schema is shown to whoever wrote it.
CREATE TABLE templates (
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    spec TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (project_id, name)
) STRICT;

CREATE TABLE schedules (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    spec TEXT NOT NULL,
    revision INTEGER NOT NULL,
    paused_at INTEGER,
    -- Nobody, where it has failed too often.
    paused_by TEXT,
    pause_reason TEXT,
    -- The next tick that nobody has decided about; null when it never comes again.
    next_tick INTEGER,
    -- How many ticks were decided about: the number of the last one.
    decided INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (project_id, name),
    CHECK ((paused_at IS NULL) = (pause_reason IS NULL))
) STRICT;
CREATE INDEX schedules_due ON schedules (next_tick)
    WHERE next_tick IS NOT NULL AND paused_at IS NULL;

CREATE TABLE schedule_ticks (
    schedule_id TEXT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    tick INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('due', 'fired', 'skipped', 'failed')),
    mission_id TEXT,
    run_id TEXT,
    -- Why it was passed over, in a word, or could not be fired, in a sentence.
    reason TEXT,
    -- Of a tick that stands for several that were passed over: the first, and how many.
    since INTEGER,
    covers INTEGER,
    decided_at INTEGER NOT NULL,
    settled_at INTEGER,
    PRIMARY KEY (schedule_id, n),
    -- A tick is decided about once, whoever tries.
    UNIQUE (schedule_id, tick),
    CHECK ((outcome = 'fired') = ((mission_id IS NOT NULL) + (run_id IS NOT NULL) = 1)),
    CHECK ((outcome IN ('skipped', 'failed')) = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
-- Ticks that are to be fired: next to none at any time.
CREATE INDEX schedule_ticks_due ON schedule_ticks (decided_at, schedule_id, n)
    WHERE outcome = 'due';
-- What the ticks have made, however many were passed over since.
CREATE INDEX schedule_ticks_made ON schedule_ticks (schedule_id, n)
    WHERE outcome IN ('due', 'fired');
