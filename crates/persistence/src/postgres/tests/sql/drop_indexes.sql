-- A million rows go in ten times as fast when their indexes are made afterwards.
CREATE TEMP TABLE later ON COMMIT PRESERVE ROWS AS
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename IN ('missions', 'mission_search') AND indexname NOT LIKE '%_pkey';

DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM later LOOP
        EXECUTE format('DROP INDEX %I', one.indexname);
    END LOOP;
END
$$;
