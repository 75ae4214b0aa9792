INSERT INTO attempts (
    mission_id, lease_id, project_id, attempt, agent_id, agent_type, model_used, began_at,
    ended_at, outcome, failure_class, error_message, tokens_used, tokens_in, tokens_out, cost_nanos
)
SELECT
    u.mission_id, u.lease_id, u.project_id, u.attempt::integer, u.agent_id, u.agent_type,
    u.model_used, u.began_at, u.ended_at, u.outcome, u.failure_class, u.error_message,
    u.tokens_used, u.tokens_in, u.tokens_out, u.cost_nanos
FROM unnest(
    $1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
    $8::timestamptz[], $9::timestamptz[], $10::text[], $11::text[], $12::text[], $13::bigint[],
    $14::bigint[], $15::bigint[], $16::bigint[]
) AS u (
    mission_id, lease_id, project_id, attempt, agent_id, agent_type, model_used, began_at,
    ended_at, outcome, failure_class, error_message, tokens_used, tokens_in, tokens_out, cost_nanos
)
