-- The newest ?5 + 1 missions of project ?1 that ended from ?2 up to ?3, grouped by ?4; the largest ?6
-- groups, and how many missions there were in all. The rank of a percentile is counted in whole
-- numbers, so that both stores choose the same row.
WITH ended AS (
    SELECT
        CASE ?4
            WHEN 'model' THEN m.model_used
            WHEN 'agent' THEN m.agent_id
            WHEN 'kind' THEN m.kind
            WHEN 'template' THEN m.template
            WHEN 'day' THEN strftime('%Y-%m-%d', m.completed_at / 1000000, 'unixepoch')
        END AS name,
        m.status,
        m.settled_duration_us AS took,
        m.settled_tokens AS tokens,
        m.settled_cost_nanos AS cost
    FROM missions AS m INDEXED BY missions_completed
    WHERE m.project_id = ?1 AND m.completed_at >= ?2 AND m.completed_at < ?3
      AND (?4 <> 'template' OR m.template IS NOT NULL)
    ORDER BY m.completed_at DESC
    LIMIT ?5 + 1
),
ranked AS (
    SELECT *,
        row_number() OVER (PARTITION BY name, took >= 0 ORDER BY took) AS place,
        count(*) OVER (PARTITION BY name, took >= 0) AS alike
    FROM ended
)
SELECT
    name,
    count(*),
    sum(status = 'completed'),
    sum(status = 'failed'),
    sum(status = 'cancelled'),
    min(CASE WHEN took >= 0 AND place * 100 >= alike * 50 THEN took END),
    min(CASE WHEN took >= 0 AND place * 100 >= alike * 95 THEN took END),
    sum(tokens),
    sum(cost),
    sum(count(*)) OVER ()
FROM ranked
GROUP BY name
ORDER BY count(*) DESC, name IS NULL, name
LIMIT ?6
