SELECT m.id, m.project_id, m.title, m.description, m.status, m.priority, m.created_at,
       m.started_at, m.completed_at, m.progress, m.error_message, m.result, m.metadata,
       m.agent_type, m.model_used, m.tokens_used, m.kind, m.input, m.labels, m.complexity,
       m.capabilities, m.fairness_key, m.concurrency_key, m.max_attempts, m.backoff_ms,
       m.timeout_ms, m.parent_id, m.root_id, m.depth, m.run_id, m.step_key,
       m.continues_on_failure, m.template, m.created_by, m.depends_on, m.has_dependants,
       m.has_children, m.revision, m.version, m.updated_at, m.held, m.scheduled_at, m.expires_at,
       m.pending_since, m.attempt, m.lease_id, m.snoozes, m.agent_id, m.progress_message,
       m.failure_class, m.dead_letter, m.because_of, m.tokens_in, m.tokens_out, m.cost_nanos,
       m.attempt_tokens_used, m.attempt_tokens_in, m.attempt_tokens_out, m.attempt_cost_nanos,
       m.settled_duration_us, m.step_position, m.run_paused, l.length_ms, l.expires_at
FROM missions AS m
LEFT JOIN leases AS l ON l.mission_id = m.id
WHERE m.id = ?1
