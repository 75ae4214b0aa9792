PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;
PRAGMA mmap_size = 0;
PRAGMA cache_size = -4096;
PRAGMA wal_autocheckpoint = 0;
PRAGMA query_only = ON;
