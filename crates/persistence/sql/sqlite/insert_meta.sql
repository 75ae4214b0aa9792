INSERT OR IGNORE INTO meta (only_row, store_id) VALUES (1, ?1)
