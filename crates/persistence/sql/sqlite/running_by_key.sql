SELECT project_id, concurrency_key, count(*) FROM leases
WHERE concurrency_key IS NOT NULL
GROUP BY project_id, concurrency_key
