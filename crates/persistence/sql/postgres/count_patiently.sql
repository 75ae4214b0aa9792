-- For one transaction of a background task, which gives up by itself: what takes in or counts a
-- large store takes longer than a question may.
SET LOCAL statement_timeout = '60s'
