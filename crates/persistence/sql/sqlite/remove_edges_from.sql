DELETE FROM dependencies
WHERE (dependency_id, mission_id) IN (
    SELECT edge.value ->> 'on', m.id
    FROM json_each(?1) AS leaving
    CROSS JOIN missions AS m ON m.id = leaving.value
    CROSS JOIN json_each(m.depends_on) AS edge
)
