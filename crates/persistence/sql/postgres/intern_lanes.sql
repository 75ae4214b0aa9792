INSERT INTO lanes
    (project_id, kind, capabilities, concurrency_key, fairness_key, priority, seen_at)
SELECT *, $7::timestamptz
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
ON CONFLICT DO NOTHING
