-- What the results of completed missions say: for each pair of a template and a member in ?4 that member,
-- as far as it is a number; among the newest ?5 missions of project ?1 that ended from ?2 up to ?3. Ids and
-- figures alone are put aside: a result may be large.
WITH wanted AS MATERIALIZED (
    SELECT
        key + 1 AS place,
        json_extract(value, '$[0]') AS template,
        '$."' || json_extract(value, '$[1]') || '"' AS member
    FROM json_each(?4)
),
ended AS MATERIALIZED (
    SELECT m.id
    FROM missions AS m INDEXED BY missions_completed
    WHERE m.project_id = ?1 AND m.completed_at >= ?2 AND m.completed_at < ?3
    ORDER BY m.completed_at DESC
    LIMIT ?5
),
figures AS MATERIALIZED (
    SELECT pair.place, CAST(json_extract(m.result, pair.member) AS REAL) AS figure
    FROM ended
    CROSS JOIN missions AS m
    CROSS JOIN wanted AS pair
    WHERE m.id = ended.id AND m.status = 'completed' AND m.result IS NOT NULL
      AND pair.template = m.template
      AND json_type(m.result, pair.member) IN ('integer', 'real')
)
SELECT place, count(*), avg(figure), min(figure), max(figure)
FROM figures
GROUP BY place
ORDER BY place
