-- The newest $2 missions below each root, root by root, and how many rows hang on each, roughly.
SELECT root.id, below.id, 1 + below.lease_id
FROM unnest($1::text[]) AS root (id)
CROSS JOIN LATERAL (
    SELECT m.id, m.lease_id FROM missions m
    WHERE m.root_id = root.id AND m.parent_id IS NOT NULL
    ORDER BY m.id DESC
    LIMIT $2::bigint
) AS below
ORDER BY root.id, below.id DESC
