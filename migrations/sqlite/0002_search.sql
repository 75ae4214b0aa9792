-- Text search: an index of trigrams that is fed from the journal, outside the create path. What it
-- does not hold yet is looked at one by one. The index says only where to look, so it keeps neither
-- the text nor where in it a trigram stands. Text is folded before it comes here.
CREATE VIRTUAL TABLE mission_search USING fts5 (
    text,
    content = '',
    contentless_delete = 1,
    detail = 'none',
    tokenize = 'trigram case_sensitive 1'
);

-- The rows of the index by mission: row numbers of `missions` are not kept by VACUUM.
CREATE TABLE search_rows (
    n INTEGER PRIMARY KEY,
    mission_id TEXT NOT NULL UNIQUE
) STRICT;

-- How far each durable reader of the journal has come.
CREATE TABLE consumers (
    name TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO consumers (name, seq) VALUES ('search', 0);
