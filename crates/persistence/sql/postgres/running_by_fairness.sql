-- Each up to a bound: how much busier than that a key is makes no difference.
SELECT asked.project_id, asked.key, (
    SELECT count(*)
    FROM (
        SELECT FROM leases l
        WHERE l.project_id = asked.project_id AND l.fairness_key = asked.key
        LIMIT $3
    ) AS counted
)
FROM unnest($1::text[], $2::text[]) AS asked (project_id, key)
