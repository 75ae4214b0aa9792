SELECT r.mission_id
FROM mission_search
JOIN search_rows AS r ON r.n = mission_search.rowid
WHERE mission_search MATCH ?1
LIMIT ?2
