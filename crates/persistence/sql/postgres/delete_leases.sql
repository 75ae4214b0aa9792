WITH gone AS (
    DELETE FROM leases WHERE mission_id = ANY($1) RETURNING 1
)
SELECT 1 / (count(*) = cardinality($1::text[]))::integer FROM gone
