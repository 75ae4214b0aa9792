UPDATE templates
SET spec = ?3, revision = revision + 1, updated_at = ?5
WHERE project_id = ?1 AND name = ?2 AND (?4 IS NULL OR revision = ?4)
