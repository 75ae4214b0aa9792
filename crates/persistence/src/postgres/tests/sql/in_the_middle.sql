, NULL::bigint, NULL::timestamptz
FROM missions m
WHERE m.status = 'completed'
    AND m.id > (
        SELECT id FROM missions ORDER BY id OFFSET (SELECT count(*) / 2 FROM missions) LIMIT 1
    )
    AND EXISTS (SELECT 1 FROM missions child WHERE child.parent_id = m.id)
ORDER BY m.id
LIMIT 1
