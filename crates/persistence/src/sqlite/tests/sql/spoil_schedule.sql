UPDATE schedules SET spec = '{"cron": 1}' WHERE name = ?1
