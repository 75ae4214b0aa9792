-- Whether nobody holds the lanes; then nobody else does until the end. Not waited for: whoever comes
-- meanwhile would wait as well.
SELECT pg_try_advisory_xact_lock(7882179422691681651)
