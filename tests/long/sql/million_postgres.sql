-- A million pending missions in one lane, as if they had been created one after the other.
INSERT INTO lanes (project_id, kind, capabilities, concurrency_key, fairness_key, priority)
VALUES ('default', 'default', '[]', '', 'default', 'medium');
INSERT INTO missions (
    id, title, description, status, priority, created_at, metadata, project_id, kind, max_attempts,
    root_id, created_by, updated_at, pending_since, settled_at, lane_id, ready_rank
)
SELECT
    made.id, 'Mission ' || made.n, 'One of a million', 'pending', 'medium', made.at, '{}', 'default',
    'default', 3, made.id, 'admin', made.at, made.at, made.at,
    (SELECT max(id) FROM lanes), (extract(epoch FROM made.at) * 1000000)::bigint
FROM (
    SELECT
        n, timestamptz '2026-01-01' + n * interval '1 millisecond' AS at,
        regexp_replace(
            lpad(to_hex(1767225600000 + n), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'),
            '(.{8})(.{4})(.{4})(.{4})(.{12})', '\1-\2-\3-\4-\5'
        ) AS id
    FROM generate_series(1, 1000000) AS n
) AS made;
INSERT INTO ready (lane_id, rank, mission_id)
SELECT lane_id, ready_rank, id FROM missions WHERE lane_id IS NOT NULL;
ANALYZE;
-- The journal knows nothing of them: the next start counts anew.
DELETE FROM projection_checkpoint;
