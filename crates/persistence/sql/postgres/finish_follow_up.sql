DELETE FROM follow_ups WHERE id = $1 AND taken_until = $2 RETURNING id
