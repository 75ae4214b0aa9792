-- Text search: an index that is fed from the journal, outside the create path. What it does not
-- hold yet is scanned exactly. pg_trgm comes with PostgreSQL and may be created by the owner of a
-- database.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE mission_search (
    mission_id text COLLATE "C" PRIMARY KEY,
    project_id text COLLATE "C" NOT NULL,
    text text NOT NULL
);
CREATE INDEX mission_search_trigrams ON mission_search USING gin (text gin_trgm_ops)
    WITH (fastupdate = on);

-- How far each durable reader of the journal has come.
CREATE TABLE consumers (
    name text COLLATE "C" PRIMARY KEY,
    seq bigint NOT NULL
);
INSERT INTO consumers (name, seq) VALUES ('search', 0);
