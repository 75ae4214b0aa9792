SELECT
    mission_id, lease_id, project_id, attempt::bigint, agent_id, agent_type, model_used, began_at,
    ended_at, outcome, failure_class, error_message, tokens_used, tokens_in, tokens_out, cost_nanos
FROM attempts
WHERE mission_id = $1
ORDER BY lease_id
