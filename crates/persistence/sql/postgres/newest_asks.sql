-- What was asked last of each of these runs, where nobody has taken it yet.
SELECT asked.id, newest.what
FROM unnest($1::text[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT f.what, f.taken_until
    FROM follow_ups f
    WHERE f.run_id = asked.id
    ORDER BY f.id DESC
    LIMIT 1
) AS newest
WHERE newest.taken_until IS NULL
