INSERT INTO mission_metrics (
    timestamp, project_id, total_missions, completed_missions, failed_missions, running_missions,
    average_duration, success_rate, total_tokens, total_cost_nanos
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (project_id, timestamp) DO NOTHING
