INSERT OR REPLACE INTO mission_search (rowid, text) VALUES (?1, ?2)
