SELECT count(*)
FROM leases
WHERE project_id = $1
    AND CASE $2::text WHEN 'kind' THEN kind = $3 ELSE concurrency_key = $3 END
