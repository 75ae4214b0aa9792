PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;
PRAGMA mmap_size = 0;
PRAGMA cache_size = -8192;
-- Checkpoints run on a connection of their own, so that no commit waits for one.
PRAGMA wal_autocheckpoint = 0;
-- What a burst has left of the log is given back when the log begins anew.
PRAGMA journal_size_limit = 67108864;
