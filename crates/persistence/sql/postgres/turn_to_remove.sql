-- One process at a time. A number of our own, "mc leave" in ASCII.
SELECT pg_try_advisory_xact_lock(7882179422757942885)
