-- A tick that was decided about before stays as it was.
INSERT INTO schedule_ticks (schedule_id, n, tick, outcome, reason, since, covers, decided_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (schedule_id, tick) DO NOTHING
