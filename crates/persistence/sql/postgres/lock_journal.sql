-- A number of our own, "mc journal" in ASCII, folded.
SELECT pg_advisory_xact_lock(7164781430217339500)
