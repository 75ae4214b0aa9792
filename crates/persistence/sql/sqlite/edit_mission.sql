UPDATE missions SET
    updated_at = ?2, version = ?3, progress = ?4, progress_message = ?5, result = ?6,
    tokens_used = ?7, tokens_in = ?8, tokens_out = ?9, cost_nanos = ?10,
    attempt_tokens_used = ?11, attempt_tokens_in = ?12, attempt_tokens_out = ?13,
    attempt_cost_nanos = ?14,
    status = ?15, started_at = ?16, completed_at = ?17, error_message = ?18, failure_class = ?19,
    agent_type = ?20, model_used = ?21, agent_id = ?22, depends_on = ?23, has_dependants = ?24,
    has_children = ?25, revision = ?26, held = ?27, scheduled_at = ?28, expires_at = ?29,
    pending_since = ?30, attempt = ?31, lease_id = ?32, snoozes = ?33, dead_letter = ?34,
    because_of = ?35, settled_duration_us = ?36, lane_id = ?37, ready_rank = ?38,
    run_paused = ?39, fingerprint = ?40,
    settled_at = ?2, settled_tokens = ?7, settled_cost_nanos = ?10,
    title = ?41, description = ?42, metadata = ?43, labels = ?44, priority = ?45
WHERE id = ?1
