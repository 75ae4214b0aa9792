-- Ends the session that commits a batch of missions at this moment, if one does.
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE application_name = 'mission-control'
    AND state <> 'idle'
    AND (query ILIKE 'commit%' OR query ILIKE '%insert into missions%' OR query ILIKE '%journal_batches (size%')
LIMIT 1
