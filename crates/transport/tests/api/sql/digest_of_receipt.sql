SELECT request_digest FROM receipts WHERE key = ?1
