SELECT EXISTS (SELECT 1 FROM graphile_worker._private_jobs)
