SELECT DISTINCT m.run_id
FROM json_each(?1) AS leaving
CROSS JOIN missions AS m ON m.id = leaving.value
WHERE m.run_id IS NOT NULL
