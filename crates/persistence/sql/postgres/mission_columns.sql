SELECT
    m.id, m.project_id, m.title, m.description, m.status, m.priority, m.created_at, m.started_at,
    m.completed_at, m.progress, m.error_message, m.result::text, m.metadata::text, m.agent_type,
    m.model_used, m.tokens_used, m.kind, m.input::text, m.labels::text, m.complexity,
    m.capabilities::text, m.fairness_key, m.concurrency_key, m.max_attempts::bigint,
    m.backoff_ms::text, m.timeout_ms, m.parent_id, m.root_id, m.depth::bigint, m.run_id, m.step_key,
    m.continues_on_failure, m.template, m.created_by, m.depends_on::text, m.has_dependants,
    m.has_children, m.revision, m.version, m.updated_at, m.held, m.scheduled_at, m.expires_at,
    m.pending_since, m.attempt::bigint, m.lease_id, m.snoozes::bigint, m.agent_id, m.progress_message,
    m.failure_class, m.dead_letter, m.because_of, m.tokens_in, m.tokens_out, m.cost_nanos,
    m.attempt_tokens_used, m.attempt_tokens_in, m.attempt_tokens_out, m.attempt_cost_nanos,
    m.settled_duration_us, m.step_position, m.run_paused
