-- Two missions that have failed, one of them discarded, and one that was cancelled.
INSERT INTO missions (
    id, title, status, priority, created_at, completed_at, project_id, kind, max_attempts, root_id,
    created_by, updated_at, settled_at, failure_class, dead_letter
) VALUES
    ('a', 'a', 'failed', 'low', 1, 2, 'default', 'default', 3, 'a', 'ada', 2, 2, 'timed_out', 1),
    ('b', 'b', 'failed', 'low', 1, 2, 'default', 'default', 3, 'b', 'ada', 2, 2, 'lost', 0),
    ('c', 'c', 'cancelled', 'low', 1, 2, 'default', 'default', 3, 'c', 'ada', 2, 2, 'cancelled', 0);
