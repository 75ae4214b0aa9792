-- $1 missions, one every ten milliseconds until now, as a year of use leaves them: about $2 of a
-- thousand are pending, one of 2,000 runs, of the others nine tenths are done. OFFSET 0 keeps each
-- value from being computed again wherever it is used.
INSERT INTO missions (
    id, title, description, status, priority, created_at, started_at, completed_at, progress,
    error_message, agent_type, model_used, tokens_used, project_id, kind, labels, complexity,
    fairness_key, max_attempts, parent_id, root_id, depth, run_id, step_key, template, created_by,
    version, updated_at, held, pending_since, attempt, lease_id, agent_id, failure_class,
    dead_letter, tokens_in, tokens_out, cost_nanos, settled_at, settled_tokens,
    settled_cost_nanos, settled_duration_us, fingerprint
)
SELECT
    made.id,
    'Chart reef ' || n || ' of the ' || (ARRAY['northern', 'southern', 'outer'])[1 + n % 3] || ' shelf',
    'Sound every channel ' || md5(n::text) || CASE WHEN n % 50000 = 49999 THEN ' past the obelisk' ELSE '' END,
    made.status,
    (ARRAY['low', 'medium', 'medium', 'medium', 'medium', 'high', 'high', 'critical'])[1 + mixed / 7 % 8],
    made.at,
    CASE WHEN made.status <> 'pending' THEN made.at + interval '2 s' END,
    CASE WHEN made.is_over THEN made.at + interval '2 s' + made.took END,
    CASE made.status WHEN 'completed' THEN 100 WHEN 'running' THEN 40 ELSE 0 END,
    CASE WHEN made.status = 'failed' THEN 'the tide came in' END,
    CASE WHEN mixed % 3 > 0 THEN (ARRAY['coder', 'writer'])[mixed % 3] END,
    (ARRAY['opus', 'opus', 'sonnet', 'haiku', 'local'])[1 + mixed / 3 % 5],
    made.tokens,
    'default',
    (ARRAY['default', 'default', 'default', 'default', 'default', 'default', 'default', 'default', 'paint', 'research'])[1 + mixed / 11 % 10],
    CASE WHEN n % 20 = 3 THEN '["red", "urgent"]'::jsonb WHEN n % 5000 = 4 THEN '["rare"]'::jsonb END,
    (ARRAY['simple', 'moderate', 'expert', NULL, NULL])[1 + n % 5],
    CASE WHEN n % 4 = 0 THEN 'team-' || mixed % 5 END,
    3,
    CASE WHEN n % 10 = 9 THEN made.parent END,
    CASE WHEN n % 10 = 9 THEN made.parent ELSE made.id END,
    CASE WHEN n % 10 = 9 THEN 1 ELSE 0 END,
    CASE WHEN n % 25 = 7 THEN '01900000-0000-7000-8000-' || lpad(to_hex(n / 250), 12, '0') END,
    CASE WHEN n % 25 = 7 THEN 'step' END,
    CASE WHEN mixed / 13 % 20 = 11 THEN 'survey-' || mixed / 17 % 10 END,
    'ada',
    3,
    made.at + interval '2 s' + made.took,
    made.status = 'pending' AND n % 50 = 0,
    CASE WHEN made.status = 'pending' THEN made.at END,
    CASE WHEN made.status = 'pending' THEN 0 ELSE 1 END,
    CASE WHEN made.status = 'pending' THEN 0 ELSE 1 END,
    CASE
        WHEN made.status IN ('completed', 'failed', 'running')
            THEN '01900000-0000-7000-9000-' || lpad(to_hex(mixed % 97 * (mixed % 5) / 4), 12, '0')
    END,
    CASE WHEN made.status = 'failed' THEN 'transient' END,
    made.status = 'failed' AND mixed % 3 = 0,
    made.tokens / 2,
    made.tokens - made.tokens / 2,
    made.tokens * 3000,
    made.at + interval '2 s' + made.took,
    CASE WHEN made.status = 'running' THEN 0 ELSE made.tokens END,
    CASE WHEN made.status = 'running' THEN 0 ELSE made.tokens * 3000 END,
    CASE WHEN made.is_over THEN extract(epoch FROM made.took) * 1000000 ELSE -1 END,
    -- A few failures are most of them, and a thousand others happen once in a while.
    CASE
        WHEN made.status = 'failed' AND mixed / 5 % 4 > 0 THEN '1-000000000000000' || mixed / 19 % 3
        WHEN made.status = 'failed' THEN '1-' || lpad(to_hex(16 + mixed / 19 % 1000), 16, '0')
    END
FROM (
    SELECT n, ('x' || substr(md5(n::text), 8, 7))::bit(28)::integer % 1000 AS share,
        ('x' || substr(md5(n::text), 1, 7))::bit(28)::integer AS mixed,
        floor(extract(epoch FROM now()) * 1000)::bigint - ($1::bigint - n) * 10 AS ms
    FROM generate_series(1, $1::integer) AS n
    OFFSET 0
) AS numbered
CROSS JOIN LATERAL (
    SELECT
        to_timestamp(ms / 1000.0) AS at,
        substr(lpad(to_hex(ms), 12, '0'), 1, 8) || '-' || substr(lpad(to_hex(ms), 12, '0'), 9)
            || '-7000-8000-' || lpad(to_hex(n), 12, '0') AS id,
        substr(lpad(to_hex(ms - 90), 12, '0'), 1, 8) || '-' || substr(lpad(to_hex(ms - 90), 12, '0'), 9)
            || '-7000-8000-' || lpad(to_hex(n - 9), 12, '0') AS parent,
        status,
        status IN ('completed', 'failed', 'cancelled') AS is_over,
        mixed % 600000 * interval '1 ms' AS took,
        CASE WHEN status IN ('completed', 'running', 'failed') AND mixed / 29 % 10 > 0 THEN mixed % 200000 ELSE 0 END AS tokens
    FROM (
        SELECT CASE
            WHEN share < $2::integer THEN 'pending'
            WHEN n % 2000 = 1235 THEN 'running'
            WHEN share % 10 > 0 THEN 'completed'
            WHEN share % 3 > 0 THEN 'failed'
            ELSE 'cancelled'
        END AS status
        OFFSET 0
    ) AS drawn
    OFFSET 0
) AS made
