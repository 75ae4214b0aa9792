SELECT request_digest, status, body FROM receipts
WHERE project_id = ?1 AND principal = ?2 AND key = ?3
