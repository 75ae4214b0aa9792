SET maintenance_work_mem = '512MB';

DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM later LOOP
        EXECUTE one.indexdef;
    END LOOP;
END
$$;

VACUUM (ANALYZE) missions;

VACUUM (ANALYZE) ready;

ANALYZE lanes;
ANALYZE leases;
ANALYZE runs;
