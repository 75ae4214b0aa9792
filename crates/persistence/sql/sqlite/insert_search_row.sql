INSERT OR IGNORE INTO search_rows (mission_id) VALUES (?1)
