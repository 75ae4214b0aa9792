-- How a reader without places would lose nothing: only what is older than every open transaction.
SELECT mission_id
FROM journal
WHERE xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
