-- For the one transaction that counts everything: reading tables whole is what it is for.
SET LOCAL statement_timeout = '60s';
SET LOCAL enable_seqscan = on;
SET LOCAL enable_hashjoin = on;
SET LOCAL enable_mergejoin = on
