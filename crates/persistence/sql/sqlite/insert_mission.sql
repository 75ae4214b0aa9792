-- The numbers are those of `update_progress`, `update_mission` and `edit_mission`, and go on.
INSERT INTO missions (
    id, updated_at, version, progress, progress_message, result,
    tokens_used, tokens_in, tokens_out, cost_nanos,
    attempt_tokens_used, attempt_tokens_in, attempt_tokens_out, attempt_cost_nanos,
    status, started_at, completed_at, error_message, failure_class, agent_type, model_used,
    agent_id, depends_on, has_dependants, has_children, revision, held, scheduled_at, expires_at,
    pending_since, attempt, lease_id, snoozes, dead_letter, because_of, settled_duration_us,
    lane_id, ready_rank, run_paused, fingerprint,
    title, description, metadata, labels, priority,
    project_id, created_at, kind, input, complexity, capabilities, fairness_key, concurrency_key,
    max_attempts, backoff_ms, timeout_ms, parent_id, root_id, depth, run_id, step_key,
    continues_on_failure, step_position, template, created_by,
    settled_at, settled_tokens, settled_cost_nanos
) VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6,
    ?7, ?8, ?9, ?10,
    ?11, ?12, ?13, ?14,
    ?15, ?16, ?17, ?18, ?19, ?20, ?21,
    ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29,
    ?30, ?31, ?32, ?33, ?34, ?35, ?36,
    ?37, ?38, ?39, ?40,
    ?41, ?42, ?43, ?44, ?45,
    ?46, ?47, ?48, ?49, ?50, ?51, ?52, ?53,
    ?54, ?55, ?56, ?57, ?58, ?59, ?60, ?61,
    ?62, ?63, ?64, ?65,
    ?2, ?7, ?10
)
