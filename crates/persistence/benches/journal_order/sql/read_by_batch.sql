SELECT batch, mission_id FROM journal WHERE batch > $1 ORDER BY batch, pos
