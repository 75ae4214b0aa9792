INSERT INTO missions (
    id, project_id, title, description, status, priority, created_at, metadata, agent_type,
    model_used, kind, input, labels, complexity, capabilities, fairness_key, concurrency_key,
    max_attempts, backoff_ms, timeout_ms, parent_id, root_id, depth, run_id, step_key,
    continues_on_failure, template, created_by, depends_on, has_dependants, has_children,
    version, updated_at, held, scheduled_at, expires_at, pending_since, step_position,
    lane_id, ready_rank, settled_at
)
SELECT
    u.id, u.project_id, u.title, u.description, u.status, u.priority, u.created_at,
    u.metadata::jsonb, u.agent_type, u.model_used, u.kind, u.input::jsonb, u.labels::jsonb,
    u.complexity, u.capabilities::jsonb, u.fairness_key, u.concurrency_key,
    u.max_attempts::integer, u.backoff_ms::jsonb, u.timeout_ms, u.parent_id, u.root_id,
    u.depth::smallint, u.run_id, u.step_key, u.continues_on_failure, u.template, u.created_by,
    u.depends_on::jsonb, u.has_dependants, u.has_children, u.version, u.updated_at, u.held,
    u.scheduled_at, u.expires_at, u.pending_since, u.step_position, u.lane_id, u.ready_rank,
    u.updated_at
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
    $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
    $15::text[], $16::text[], $17::text[], $18::bigint[], $19::text[], $20::bigint[],
    $21::text[], $22::text[], $23::bigint[], $24::text[], $25::text[], $26::boolean[],
    $27::text[], $28::text[], $29::text[], $30::boolean[], $31::boolean[], $32::bigint[],
    $33::timestamptz[], $34::boolean[], $35::timestamptz[], $36::timestamptz[],
    $37::timestamptz[], $38::bigint[], $39::bigint[], $40::bigint[]
) AS u (
    id, project_id, title, description, status, priority, created_at, metadata, agent_type,
    model_used, kind, input, labels, complexity, capabilities, fairness_key, concurrency_key,
    max_attempts, backoff_ms, timeout_ms, parent_id, root_id, depth, run_id, step_key,
    continues_on_failure, template, created_by, depends_on, has_dependants, has_children,
    version, updated_at, held, scheduled_at, expires_at, pending_since, step_position, lane_id,
    ready_rank
)
