SELECT r.project_id, r.principal, r.key, r.request_digest, r.status::bigint, r.body
FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (project_id, principal, key)
JOIN receipts r
    ON r.project_id = asked.project_id AND r.principal = asked.principal AND r.key = asked.key
