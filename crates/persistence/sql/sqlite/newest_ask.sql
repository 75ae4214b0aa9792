-- What was asked last of the run ?1, where nobody has taken it yet.
SELECT newest.what
FROM (
    SELECT what, taken_until FROM follow_ups WHERE run_id = ?1 ORDER BY id DESC LIMIT 1
) AS newest
WHERE newest.taken_until IS NULL
