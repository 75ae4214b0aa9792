-- Removes from the beginning of the journal what is older than $1, about $2 entries at a time, and
-- answers how many. What a durable reader or the saved projection has not behind it stays, and so
-- does everything behind it; so does the newest batch, from which the next one is numbered.
WITH
-- One process at a time. A number of our own, "mc keeps" in ASCII.
turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(7881702260438429043) AS ours),
front AS MATERIALIZED (
    SELECT o.seq, o.batch, o.size, o.at FROM journal_order o
    WHERE (SELECT turn.ours FROM turn)
    ORDER BY o.seq
    LIMIT $2::bigint
),
behind_all AS (
    SELECT least(
        (SELECT min(c.seq) FROM consumers c), (SELECT p.seq FROM projection_checkpoint p)
    ) AS seq
),
old AS MATERIALIZED (
    SELECT f.seq, f.batch
    FROM (
        SELECT
            seq, batch, size, max(at) OVER (ORDER BY seq) AS latest,
            sum(size) OVER (ORDER BY seq) - size AS before
        FROM front
    ) AS f
    WHERE f.latest < $1::timestamptz
        AND f.before < $2::bigint
        AND f.seq + f.size - 1 <= (SELECT behind_all.seq FROM behind_all)
        AND f.seq < (SELECT o.seq FROM journal_order o ORDER BY o.seq DESC LIMIT 1)
),
without_place AS (
    DELETE FROM journal_order WHERE seq = ANY(ARRAY(SELECT old.seq FROM old))
),
without_batch AS (
    DELETE FROM journal_batches WHERE id = ANY(ARRAY(SELECT old.batch FROM old))
),
gone AS (
    DELETE FROM journal WHERE batch = ANY(ARRAY(SELECT old.batch FROM old)) RETURNING 1
)
SELECT count(*) FROM gone
