WITH moved AS (
    UPDATE runs r
    SET paused = u.paused
    FROM unnest($1::text[], $2::boolean[]) AS u (id, paused)
    WHERE r.id = u.id
    RETURNING 1
)
-- Every row is locked by us, so a missing one is a defect: the division stops the transaction.
SELECT 1 / (count(*) = cardinality($1::text[]))::integer FROM moved
