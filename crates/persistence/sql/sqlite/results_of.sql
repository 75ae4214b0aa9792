-- Which of the missions in the list ?1 that are completed have found something, in its order, and of
-- how many bytes, which is known without reading it.
SELECT
    m.id, m.project_id, m.run_id, m.step_key,
    CASE WHEN m.status = 'completed' THEN octet_length(m.result) END
FROM json_each(?1) AS asked
CROSS JOIN missions AS m ON m.id = asked.value
ORDER BY asked.key
