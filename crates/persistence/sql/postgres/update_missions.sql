WITH moved AS (
    UPDATE missions m
    SET
        status = u.status, started_at = u.started_at, completed_at = u.completed_at,
        progress = u.progress, error_message = u.error_message, result = u.result::jsonb,
        agent_type = u.agent_type, model_used = u.model_used, tokens_used = u.tokens_used,
        depends_on = u.depends_on::jsonb, has_dependants = u.has_dependants,
        has_children = u.has_children, version = u.version, updated_at = u.updated_at,
        held = u.held, scheduled_at = u.scheduled_at, expires_at = u.expires_at,
        pending_since = u.pending_since, attempt = u.attempt::integer, lease_id = u.lease_id,
        snoozes = u.snoozes::integer, agent_id = u.agent_id,
        progress_message = u.progress_message, failure_class = u.failure_class,
        dead_letter = u.dead_letter, because_of = u.because_of, tokens_in = u.tokens_in,
        tokens_out = u.tokens_out, cost_nanos = u.cost_nanos,
        attempt_tokens_used = u.attempt_tokens_used, attempt_tokens_in = u.attempt_tokens_in,
        attempt_tokens_out = u.attempt_tokens_out, attempt_cost_nanos = u.attempt_cost_nanos,
        settled_duration_us = u.settled_duration_us, run_paused = u.run_paused,
        fingerprint = u.fingerprint,
        lane_id = u.lane_id,
        ready_rank = u.ready_rank, settled_at = u.updated_at, settled_tokens = u.tokens_used,
        settled_cost_nanos = u.cost_nanos
    FROM unnest(
        $1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::double precision[],
        $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::text[],
        $12::boolean[], $13::boolean[], $14::bigint[], $15::timestamptz[], $16::boolean[],
        $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::bigint[],
        $21::bigint[], $22::bigint[], $23::text[], $24::text[], $25::text[], $26::boolean[],
        $27::text[], $28::bigint[], $29::bigint[], $30::bigint[], $31::bigint[], $32::bigint[],
        $33::bigint[], $34::bigint[], $35::bigint[], $36::boolean[], $37::bigint[],
        $38::bigint[], $39::text[]
    ) AS u (
        id, status, started_at, completed_at, progress, error_message, result, agent_type,
        model_used, tokens_used, depends_on, has_dependants, has_children, version, updated_at,
        held, scheduled_at, expires_at, pending_since, attempt, lease_id, snoozes, agent_id,
        progress_message, failure_class, dead_letter, because_of, tokens_in, tokens_out,
        cost_nanos, attempt_tokens_used, attempt_tokens_in, attempt_tokens_out,
        attempt_cost_nanos, settled_duration_us, run_paused, lane_id, ready_rank, fingerprint
    )
    WHERE m.id = u.id
    RETURNING 1
)
-- Every row is locked by us, so a missing one is a defect: the division stops the transaction.
SELECT 1 / (count(*) = cardinality($1::text[]))::integer FROM moved
