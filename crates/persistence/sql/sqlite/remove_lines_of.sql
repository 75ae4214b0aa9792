DELETE FROM mission_logs
WHERE (mission_id, n) IN (
    SELECT line.mission_id, line.n
    FROM json_each(?1) AS leaving
    CROSS JOIN mission_logs AS line ON line.mission_id = leaving.value
    LIMIT ?2
)
