SELECT project_id, status, priority, missions, tokens_used, cost_nanos, duration_us, timed, 0, 0
FROM totals
