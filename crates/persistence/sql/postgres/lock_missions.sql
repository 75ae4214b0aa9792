, NULL::bigint, NULL::timestamptz
FROM missions m
WHERE m.id = ANY($1)
ORDER BY m.id
FOR NO KEY UPDATE OF m SKIP LOCKED
