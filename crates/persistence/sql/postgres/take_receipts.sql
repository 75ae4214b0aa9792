INSERT INTO receipts (project_id, principal, key, request_digest, created_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::timestamptz[])
ON CONFLICT DO NOTHING
RETURNING project_id, principal, key
