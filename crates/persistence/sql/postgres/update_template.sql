UPDATE templates
SET spec = $3, revision = revision + 1, updated_at = $5::timestamptz
WHERE project_id = $1 AND name = $2 AND ($4::bigint IS NULL OR revision = $4::bigint)
RETURNING project_id, name, spec, revision, created_at, updated_at, created_by
