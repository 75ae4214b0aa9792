-- While this is held no lane is removed. A number of our own, "mc lanes" in ASCII.
SELECT pg_advisory_xact_lock_shared(7882179422691681651)
