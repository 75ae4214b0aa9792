missions AS m INDEXED BY missions_by_fingerprint
WHERE m.fingerprint = :of
