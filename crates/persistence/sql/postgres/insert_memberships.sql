INSERT INTO memberships (login, project_id, role)
SELECT $1, given.project_id, given.role
FROM unnest($2::text[], $3::text[]) AS given (project_id, role)
