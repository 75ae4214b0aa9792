INSERT INTO mission_metrics (
    timestamp, project_id, total_missions, completed_missions, failed_missions, running_missions,
    average_duration, success_rate, total_tokens, total_cost_nanos
)
SELECT $1::timestamptz, u.*
FROM unnest(
    $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::double precision[],
    $8::double precision[], $9::bigint[], $10::bigint[]
) AS u
ON CONFLICT (project_id, timestamp) DO NOTHING
RETURNING id
