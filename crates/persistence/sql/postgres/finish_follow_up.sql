DELETE FROM follow_ups WHERE id = $1
