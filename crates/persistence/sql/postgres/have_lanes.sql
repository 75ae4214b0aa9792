-- Fails where a lane is not there any more.
SELECT 1 / (count(*) = cardinality($1::bigint[]))::integer FROM lanes WHERE id = ANY($1)
