-- The files of the database, without a look into them.
SELECT pg_database_size(current_database())
