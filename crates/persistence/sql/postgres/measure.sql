-- What the results of completed missions say: for each template of $4 the member of the same place in
-- $5, as far as it is a number; among the newest $6 missions of project $1 that ended from $2 up to
-- $3. Ids alone are put aside: a result may be large. Figures are numeric, which holds every number that
-- a result may.
WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest($4::text[], $5::text[]) WITH ORDINALITY AS w (template, member, place)
),
ended AS MATERIALIZED (
    SELECT m.id
    FROM missions m
    WHERE m.project_id = $1
        AND m.completed_at >= $2::timestamptz AND m.completed_at < $3::timestamptz
    ORDER BY m.completed_at DESC
    LIMIT $6::bigint
),
figures AS (
    SELECT w.place, (m.result ->> w.member)::numeric AS figure
    FROM ended e
    JOIN missions m ON m.id = e.id
    JOIN wanted w ON w.template = m.template
    WHERE m.status = 'completed' AND jsonb_typeof(m.result -> w.member) = 'number'
)
SELECT place, count(*), avg(figure)::text, min(figure)::text, max(figure)::text
FROM figures
GROUP BY place
ORDER BY place
