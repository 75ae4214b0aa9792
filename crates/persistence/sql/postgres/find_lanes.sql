SELECT
    l.id, l.project_id, l.kind, l.capabilities, l.concurrency_key, l.fairness_key, l.priority
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    AS u (project_id, kind, capabilities, concurrency_key, fairness_key, priority)
JOIN lanes l USING (project_id, kind, capabilities, concurrency_key, fairness_key, priority)
