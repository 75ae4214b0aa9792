INSERT INTO follow_ups (mission_id, run_id, project_id, what, asked_by, reason)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
