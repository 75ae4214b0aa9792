-- Removes missions and adds them to the totals; answers what was added, and the first and the last of
-- them.
WITH
gone AS (
    DELETE FROM missions WHERE id = ANY($1)
    RETURNING id, project_id, status, priority, tokens_used, cost_nanos, settled_duration_us AS took
),
counted AS (
    SELECT
        project_id, status, priority, count(*) AS missions,
        sum(tokens_used)::bigint AS tokens_used, sum(cost_nanos)::bigint AS cost_nanos,
        coalesce(sum(took) FILTER (WHERE took >= 0), 0)::bigint AS duration_us,
        count(*) FILTER (WHERE took >= 0) AS timed,
        min(id) AS first, max(id) AS last
    FROM gone
    GROUP BY project_id, status, priority
),
added AS (
    INSERT INTO totals AS t
        (project_id, status, priority, missions, tokens_used, cost_nanos, duration_us, timed)
    SELECT project_id, status, priority, missions, tokens_used, cost_nanos, duration_us, timed
    FROM counted
    ON CONFLICT (project_id, status, priority) DO UPDATE SET
        missions = t.missions + excluded.missions,
        tokens_used = t.tokens_used + excluded.tokens_used,
        cost_nanos = t.cost_nanos + excluded.cost_nanos,
        duration_us = t.duration_us + excluded.duration_us,
        timed = t.timed + excluded.timed
)
SELECT
    project_id, status, priority, missions, tokens_used, cost_nanos, duration_us, timed, first, last
FROM counted
