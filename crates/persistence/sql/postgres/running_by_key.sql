SELECT asked.project_id, asked.key, (
    SELECT count(*) FROM leases l
    WHERE l.project_id = asked.project_id AND l.concurrency_key = asked.key
)
FROM unnest($1::text[], $2::text[]) AS asked (project_id, key)
