-- Workflows and their runs. How a run stands is counted from its missions and stored nowhere.

-- Every version of every definition, in words of our own: equal definitions are equal texts.
CREATE TABLE workflows (
    project_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    description text NOT NULL,
    steps bigint NOT NULL,
    definition text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    PRIMARY KEY (project_id, name, version)
);

CREATE TABLE runs (
    id text COLLATE "C" PRIMARY KEY,
    project_id text COLLATE "C" NOT NULL,
    workflow text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    title text,
    input text NOT NULL,
    steps bigint NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    paused boolean NOT NULL DEFAULT false
);
CREATE INDEX runs_by_project ON runs (project_id, id);
CREATE INDEX runs_by_workflow ON runs (project_id, workflow, id);

-- The step's place in its workflow, from 1; 0 for what is no step.
ALTER TABLE missions ADD COLUMN step_position bigint NOT NULL DEFAULT 0;
ALTER TABLE missions ADD COLUMN run_paused boolean NOT NULL DEFAULT false;

-- A follow-up is about a mission, or about a run: then somebody has asked for it. What a retry of a run
-- takes had ended when work on it began, also when another goes on with it.
ALTER TABLE follow_ups
    ALTER COLUMN mission_id DROP NOT NULL,
    ADD COLUMN run_id text COLLATE "C",
    ADD COLUMN asked_by text,
    ADD COLUMN reason text,
    ADD COLUMN begun_at timestamptz,
    ADD CHECK ((mission_id IS NULL) <> (run_id IS NULL));
CREATE INDEX follow_ups_by_run ON follow_ups (run_id, id) WHERE run_id IS NOT NULL;
