WITH filled AS (
    UPDATE receipts r
    SET status = asked.status::smallint, body = asked.body
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[])
        AS asked (project_id, principal, key, status, body)
    WHERE r.project_id = asked.project_id
        AND r.principal = asked.principal
        AND r.key = asked.key
    RETURNING 1
)
SELECT 1 / (count(*) = cardinality($1::text[]))::integer FROM filled
