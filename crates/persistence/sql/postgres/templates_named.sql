SELECT project_id, name, spec, revision, created_at, updated_at, created_by
FROM templates
WHERE project_id = $1 AND name = ANY($2::text[])
