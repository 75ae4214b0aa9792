INSERT INTO follow_ups (mission_id, project_id, what)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
