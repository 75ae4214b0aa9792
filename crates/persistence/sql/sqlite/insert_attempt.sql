INSERT INTO attempts (
    mission_id, lease_id, project_id, attempt, agent_id, agent_type, model_used, began_at,
    ended_at, outcome, failure_class, error_message, tokens_used, tokens_in, tokens_out, cost_nanos
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
