INSERT INTO receipts (project_id, principal, key, request_digest, status, body, created_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
