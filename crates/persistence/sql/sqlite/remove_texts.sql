DELETE FROM mission_search
WHERE rowid IN (
    SELECT found.n
    FROM json_each(?1) AS leaving
    CROSS JOIN search_rows AS found ON found.mission_id = leaving.value
)
