DELETE FROM receipts r
USING unnest($1::text[], $2::text[], $3::text[]) AS asked (project_id, principal, key)
WHERE r.project_id = asked.project_id AND r.principal = asked.principal AND r.key = asked.key
