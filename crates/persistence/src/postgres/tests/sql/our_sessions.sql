SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'mission-control' AND datname = current_database()
