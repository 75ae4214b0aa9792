WITH moved AS (
    UPDATE missions m
    SET
        title = u.title, description = u.description, priority = u.priority,
        metadata = u.metadata::jsonb, labels = u.labels::jsonb, revision = u.revision
    FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[]
    ) AS u (
        id, title, description, priority, metadata, labels, revision
    )
    WHERE m.id = u.id
    RETURNING 1
)
-- Every row is locked by us, so a missing one is a defect: the division stops the transaction.
SELECT 1 / (count(*) = cardinality($1::text[]))::integer FROM moved
