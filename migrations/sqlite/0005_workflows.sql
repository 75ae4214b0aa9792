-- Workflows and their runs. How a run stands is counted from its missions and stored nowhere.

-- Every version of every definition, in words of our own: equal definitions are equal texts.
CREATE TABLE workflows (
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    description TEXT NOT NULL,
    steps INTEGER NOT NULL,
    definition TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (project_id, name, version)
) STRICT;

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    workflow TEXT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT,
    input TEXT NOT NULL,
    steps INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_by_project ON runs (project_id, id);
CREATE INDEX runs_by_workflow ON runs (project_id, workflow, id);

-- The step's place in its workflow, from 1; 0 for what is no step.
ALTER TABLE missions ADD COLUMN step_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE missions ADD COLUMN run_paused INTEGER NOT NULL DEFAULT 0;

-- A follow-up is about a mission, or about a run: then somebody has asked for it. What a retry of a run
-- takes had ended when work on it began, also when another goes on with it.
ALTER TABLE follow_ups RENAME TO follow_ups_of_missions;
CREATE TABLE follow_ups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL,
    mission_id TEXT,
    what TEXT NOT NULL,
    taken_until INTEGER,
    run_id TEXT,
    asked_by TEXT,
    reason TEXT,
    begun_at INTEGER,
    CHECK ((mission_id IS NULL) <> (run_id IS NULL))
) STRICT;
INSERT INTO follow_ups (id, project_id, mission_id, what, taken_until)
SELECT id, project_id, mission_id, what, taken_until FROM follow_ups_of_missions;
DROP TABLE follow_ups_of_missions;
CREATE INDEX follow_ups_by_run ON follow_ups (run_id, id) WHERE run_id IS NOT NULL;
