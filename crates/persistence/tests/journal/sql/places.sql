-- Of the entries that have a place: how many, how many different ones, and the last.
SELECT count(*), count(DISTINCT o.seq + j.pos), coalesce(max(o.seq + j.pos), 0)
FROM journal_order o
JOIN journal j ON j.batch = o.batch
