-- A million pending missions in one lane, as if they had been created one after the other.
BEGIN;
INSERT INTO lanes (project_id, kind, capabilities, concurrency_key, fairness_key, priority)
VALUES ('default', 'default', '[]', '', 'default', 'medium');
WITH RECURSIVE made (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM made WHERE n < 1000000)
INSERT INTO missions (
    id, title, description, status, priority, created_at, metadata, project_id, kind, max_attempts,
    root_id, created_by, updated_at, pending_since, settled_at, lane_id, ready_rank
)
SELECT
    id, 'Mission ' || n, 'One of a million', 'pending', 'medium', at, '{}', 'default', 'default', 3,
    id, 'admin', at, at, at, (SELECT max(id) FROM lanes), at
FROM (
    SELECT
        n, 1767225600000000 + n * 1000 AS at,
        printf('%08x-%04x-7000-8000-%012x',
            (1767225600000 + n) >> 16, (1767225600000 + n) & 65535, n) AS id
    FROM made
);
INSERT INTO ready (lane_id, rank, mission_id)
SELECT lane_id, ready_rank, id FROM missions WHERE lane_id IS NOT NULL;
-- The journal knows nothing of them: the next start counts anew.
DELETE FROM projection_checkpoint;
COMMIT;
