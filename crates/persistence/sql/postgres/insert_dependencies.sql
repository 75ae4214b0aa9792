INSERT INTO dependencies (dependency_id, mission_id, project_id)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
