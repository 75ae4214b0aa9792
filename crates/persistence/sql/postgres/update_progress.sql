WITH moved AS (
    UPDATE missions m
    SET
        progress = u.progress, result = u.result::jsonb, tokens_used = u.tokens_used,
        version = u.version, updated_at = u.updated_at, progress_message = u.progress_message,
        tokens_in = u.tokens_in, tokens_out = u.tokens_out, cost_nanos = u.cost_nanos,
        attempt_tokens_used = u.attempt_tokens_used, attempt_tokens_in = u.attempt_tokens_in,
        attempt_tokens_out = u.attempt_tokens_out, attempt_cost_nanos = u.attempt_cost_nanos
    FROM unnest(
        $1::text[], $2::double precision[], $3::text[], $4::bigint[], $5::bigint[],
        $6::timestamptz[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[],
        $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[]
    ) AS u (
        id, progress, result, tokens_used, version, updated_at, progress_message, tokens_in,
        tokens_out, cost_nanos, attempt_tokens_used, attempt_tokens_in, attempt_tokens_out,
        attempt_cost_nanos
    )
    WHERE m.id = u.id
    RETURNING 1
)
-- Every row is locked by us, so a missing one is a defect: the division stops the transaction.
SELECT 1 / (count(*) = cardinality($1::text[]))::integer FROM moved
