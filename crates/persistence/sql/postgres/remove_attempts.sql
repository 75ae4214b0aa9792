-- Removes the attempts at these missions and adds how they ended to what their agents, where these
-- are there, have of removed ones; answers what was added.
WITH
gone AS (
    DELETE FROM attempts WHERE mission_id = ANY($1) RETURNING project_id, agent_id, ended_at, outcome
),
counted AS (
    SELECT
        gone.project_id, gone.agent_id,
        count(*) FILTER (WHERE gone.outcome = 'completed') AS completed,
        count(*) FILTER (WHERE gone.outcome IN ('failed', 'lost', 'timed_out')) AS failed
    FROM gone
    JOIN agents g ON g.id = gone.agent_id AND gone.ended_at >= g.registered_at
    GROUP BY gone.project_id, gone.agent_id
),
added AS (
    INSERT INTO agent_totals (agent_id, completed, failed)
    SELECT agent_id, completed, failed FROM counted WHERE completed + failed > 0
    ON CONFLICT (agent_id) DO UPDATE SET
        completed = agent_totals.completed + excluded.completed,
        failed = agent_totals.failed + excluded.failed
)
SELECT project_id, agent_id, completed, failed FROM counted WHERE completed + failed > 0
